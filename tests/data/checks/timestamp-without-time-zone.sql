-- finds public.t.a: an array
CREATE TABLE t (a timestamp(3)[], b timestamptz, c date);

-- finds public.d: a domain counts once, not each of its columns
CREATE DOMAIN d AS timestamp(3);
CREATE TABLE t (a d, b d[]);

-- finds public.t.a: a partition has the columns of its parent
CREATE TABLE t (a timestamp) PARTITION BY RANGE (a);
CREATE TABLE p PARTITION OF t DEFAULT;

-- finds public.t.a: an heir has the columns of its parent, declared again or not
CREATE TABLE t (a timestamp);
CREATE TABLE c () INHERITS (t);
CREATE TABLE d (a timestamp) INHERITS (t);
