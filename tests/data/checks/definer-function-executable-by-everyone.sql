-- passes: a schema that nobody else may use
CREATE SCHEMA s;
CREATE FUNCTION s.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';

-- passes: a trigger function
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN new; END';

-- passes: the caller's rights
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- finds s.f(): one other role may use the schema
CREATE SCHEMA s;
GRANT USAGE ON SCHEMA s TO app;
CREATE FUNCTION s.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
