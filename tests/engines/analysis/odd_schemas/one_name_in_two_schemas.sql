CREATE SCHEMA a; CREATE SCHEMA b;
CREATE TABLE a.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t_id int, u_id int);
CREATE TABLE b.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, u_id int);
CREATE TABLE a.u (id int PRIMARY KEY, t_id int REFERENCES b.t);
CREATE TABLE b.u (id int PRIMARY KEY, t_id int REFERENCES a.t);
CREATE INDEX i ON a.t (t_id); CREATE INDEX j ON a.t (t_id);
CREATE INDEX i ON b.t (u_id); CREATE INDEX j ON b.t (u_id, id);
CREATE TABLE a.t_t_id_idx (x int); CREATE VIEW b.u_t_id_idx AS SELECT 1 AS x;
CREATE SEQUENCE a.u_t_id_idx;
