CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'a' $$;
CREATE FUNCTION auth.zero() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE FUNCTION auth.guess() RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
CREATE FUNCTION auth.is_in(team text) RETURNS bool LANGUAGE sql STABLE AS 'SELECT true';
CREATE TABLE notes (id int PRIMARY KEY, author text, tenant int, team text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;

-- passes: in a scalar sub-select
CREATE POLICY p ON notes USING (author = (SELECT auth.uid()));

-- passes: in any sub-select
CREATE POLICY p ON notes USING (author IN (SELECT auth.uid()));

-- passes: it needs a column
CREATE POLICY p ON notes USING (auth.is_in(team));

-- passes: immutable, so the planner knows the result
CREATE POLICY p ON notes USING (tenant = auth.zero());

-- passes: what costs next to nothing
CREATE POLICY p ON notes USING (author = current_user AND now() > '2020-01-01');

-- passes: row security is off, which another check reports
ALTER TABLE notes DISABLE ROW LEVEL SECURITY;
CREATE POLICY p ON notes USING (author = auth.uid());

-- finds public.notes.a, public.notes.b, public.notes.c: as an argument, in WITH CHECK, volatile
CREATE POLICY a ON notes USING (auth.is_in(auth.uid()));
CREATE POLICY b ON notes FOR INSERT WITH CHECK (author = auth.uid());
CREATE POLICY c ON notes USING (author = auth.guess());
