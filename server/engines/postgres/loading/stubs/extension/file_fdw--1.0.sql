-- A stand-in for file_fdw: the signatures of the real one, without its code.

CREATE FOREIGN DATA WRAPPER file_fdw;
GRANT USAGE ON FOREIGN DATA WRAPPER file_fdw TO PUBLIC;

