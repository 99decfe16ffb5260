-- finds public.t.a, public.t.b: arrays, too
CREATE TABLE t (a money[], b money);
