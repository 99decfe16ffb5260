-- case: COPY TO PROGRAM
COPY (SELECT 1) TO PROGRAM 'touch %(target)s';
-- case: COPY FROM PROGRAM
CREATE TABLE t (a text);
COPY t FROM PROGRAM 'touch %(target)s';
-- case: COPY TO a file
COPY (SELECT 1) TO '%(target)s';
-- case: COPY TO a file in a block
DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO ''%(target)s'''; END $$;
-- case: COPY TO PROGRAM in a block
DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch %(target)s'''; END $$;
-- case: COPY TO PROGRAM in a function of its owner
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
  EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch %(target)s''';
END $$;
SELECT f();
-- case: a large object
SELECT lo_from_bytea(7, 'x');
SELECT lo_export(7, '%(target)s');
-- case: a shell command
\! touch %(target)s
-- case: an output file
\o %(target)s
SELECT 1;
-- case: a pipe
SELECT 'touch %(target)s' \g | sh
-- case: a command in backquotes
\set x `touch %(target)s`
-- case: a log file
\log %(target)s
-- case: an archive command
ALTER SYSTEM SET archive_command = 'touch %(target)s';
-- case: a program that is hidden in a literal
SELECT set_config('standard_conforming_strings', 'off', false);
SELECT 'x\', '; COPY (SELECT 1) TO PROGRAM $$touch %(target)s$$; --';
