-- passes: a time of day, and an instant
CREATE TABLE t (a time, b timestamptz, c interval);

-- finds public.t.a, public.t.b: with a precision, and arrays
CREATE TABLE t (a timetz(3), b timetz[]);
