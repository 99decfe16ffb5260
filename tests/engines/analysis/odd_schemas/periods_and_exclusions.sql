CREATE EXTENSION btree_gist;
CREATE TABLE rooms (id int, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE stays (id int, room_id int, during daterange,
  PRIMARY KEY (id, during WITHOUT OVERLAPS),
  FOREIGN KEY (room_id, PERIOD during) REFERENCES rooms (id, PERIOD during));
CREATE TABLE slots (room int, during tsrange, kind text,
  EXCLUDE USING gist (room WITH =, during WITH &&),
  EXCLUDE USING gist (room WITH <>, during WITH &&) WHERE (kind = 'x'),
  CONSTRAINT late EXCLUDE USING btree (kind WITH =) DEFERRABLE);
CREATE INDEX ON slots USING gist (room, during); CREATE INDEX ON slots (kind);
