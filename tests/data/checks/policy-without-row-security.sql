-- finds public.p: a policy of a partition
CREATE TABLE t (n int) PARTITION BY LIST (n);
CREATE TABLE p PARTITION OF t DEFAULT;
CREATE POLICY a ON p USING (n = 1);
