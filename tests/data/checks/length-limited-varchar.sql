-- passes: no limit
CREATE TABLE t (a varchar, b text, c varchar[]);

-- finds public.d: a domain counts once, not each of its columns
CREATE DOMAIN d AS varchar(9);
CREATE TABLE t (a d, b d);
