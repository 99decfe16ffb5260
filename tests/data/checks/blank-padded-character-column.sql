-- passes: without a length nothing is padded
CREATE TABLE t (a bpchar, b "char", c varchar(2));

-- finds public.t.a, public.t.b, public.t.c: each way to write the type, and arrays of it
CREATE TABLE t (a char, b char(2)[], c bpchar(3));
