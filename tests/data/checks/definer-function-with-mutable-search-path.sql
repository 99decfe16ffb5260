-- passes: a body that was bound when it was created
CREATE FUNCTION f() RETURNS int SECURITY DEFINER BEGIN ATOMIC SELECT 1; END;

-- passes: no path, and PostgreSQL's own schema alone
CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = ''
  AS 'SELECT 1';
CREATE FUNCTION g() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
  AS 'SELECT 1';

-- passes: the caller's rights
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- finds public.f(), public.p(integer): another setting, and a path without pg_temp
CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET work_mem = '1MB'
  AS 'SELECT 1';
CREATE PROCEDURE p(a int, OUT b int) LANGUAGE sql SECURITY DEFINER SET search_path = public
  AS 'SELECT 1';
