CREATE TABLE nothing ();
CREATE TABLE heir () INHERITS (nothing);
CREATE TYPE shape AS (id int, name text);
CREATE TABLE typed OF shape;
CREATE UNLOGGED TABLE volatile (id int);
