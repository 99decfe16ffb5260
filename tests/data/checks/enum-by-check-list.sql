-- passes: other conditions, other types, and a list with a way out
CREATE TABLE t (
  a int CHECK (a IN (1, 2)), b text CHECK (b <> ''), c text CHECK (c IN ('x', 'y') OR c IS NULL)
);

-- passes: one value is no list
CREATE TABLE t (a text CHECK (a IN ('x')));

-- finds public.t.listed: a list over varchar, which PostgreSQL prints with casts
CREATE TABLE t (a varchar(9), CONSTRAINT listed CHECK (a IN ('x', 'it''s')));

-- finds public.t.listed: an heir repeats the list of its parent
CREATE TABLE t (a text, CONSTRAINT listed CHECK (a IN ('x', 'y')));
CREATE TABLE heir () INHERITS (t);
