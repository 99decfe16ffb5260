-- passes: a part of the primary key
CREATE TABLE t (a int, b serial, PRIMARY KEY (a, b));

-- passes: a unique number beside the primary key
CREATE TABLE t (id int PRIMARY KEY, number serial UNIQUE);

-- finds public.t.id: unique, but the table has no primary key
CREATE TABLE t (id serial UNIQUE);

-- finds public.t.number: unique among some rows only
CREATE TABLE t (id int PRIMARY KEY, number serial);
CREATE UNIQUE INDEX ON t (number) WHERE id > 9;

-- finds public.t.p_id: a foreign key that points at random
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p_id serial REFERENCES p);
