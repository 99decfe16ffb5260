-- passes: jsonb, and a name that says json
CREATE TABLE t (a jsonb, b jsonb[], json text);

-- finds public.t.a: an array
CREATE TABLE t (a json[]);
