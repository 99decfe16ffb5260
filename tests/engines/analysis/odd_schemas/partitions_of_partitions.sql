CREATE TABLE p (id int, region text, at timestamp NOT NULL, flag boolean, tags text[])
  PARTITION BY RANGE (at);
CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')
  PARTITION BY LIST (region);
CREATE TABLE p_1_a PARTITION OF p_1 FOR VALUES IN ('a');
CREATE TABLE p_2 PARTITION OF p DEFAULT;
CREATE INDEX p_tags ON p (tags); CREATE INDEX p_flag ON p (flag); CREATE INDEX p_at ON p (at);
CREATE INDEX p_at_id ON p (at, id); CREATE INDEX p_2_at ON p_2 (at);
CREATE INDEX p_only ON ONLY p (region); CREATE INDEX p_id ON p (id) WHERE at IS NOT NULL;
CREATE UNIQUE INDEX p_unique ON p (at, region); CREATE UNIQUE INDEX p_wide ON p (id, at, region);
CREATE TABLE target (id int PRIMARY KEY) PARTITION BY HASH (id);
CREATE TABLE target_0 PARTITION OF target FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE points (target_id int REFERENCES target, p_id int) PARTITION BY LIST (p_id);
CREATE TABLE points_1 PARTITION OF points DEFAULT;
ALTER TABLE points ADD FOREIGN KEY (target_id) REFERENCES target;
ALTER TABLE points ADD CONSTRAINT positive CHECK (target_id > 0) NOT VALID;
CREATE TABLE loose (target_id int) PARTITION BY LIST (target_id);
