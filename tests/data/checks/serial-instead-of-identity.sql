-- passes: an identity column
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY);

-- passes: a sequence that belongs to nobody
CREATE SEQUENCE s;
CREATE TABLE t (id bigint PRIMARY KEY DEFAULT nextval('s'));

-- passes: two tables count with one sequence
CREATE TABLE t (id serial);
CREATE TABLE u (id int DEFAULT nextval('t_id_seq'));

-- passes: a view counts with it
CREATE TABLE t (id serial);
CREATE VIEW v AS SELECT nextval('t_id_seq');

-- passes: an heir counts with the sequence of its parent, and identity is not inherited
CREATE TABLE t (id serial);
CREATE TABLE child () INHERITS (t);

-- passes: a column without NOT NULL cannot be an identity column
CREATE TABLE t (id int);
CREATE SEQUENCE s OWNED BY t.id;
ALTER TABLE t ALTER id SET DEFAULT nextval('s');

-- passes: the default is more than the next number
CREATE TABLE t (id int NOT NULL);
CREATE SEQUENCE s OWNED BY t.id;
ALTER TABLE t ALTER id SET DEFAULT nextval('s') + 9;

-- passes: numeric counts, but cannot be an identity column
CREATE TABLE t (id numeric NOT NULL);
CREATE SEQUENCE s OWNED BY t.id;
ALTER TABLE t ALTER id SET DEFAULT nextval('s');

-- finds public.t.id: partitions count with their parent
CREATE TABLE t (id smallserial, d date) PARTITION BY RANGE (d);
CREATE TABLE p PARTITION OF t DEFAULT;
