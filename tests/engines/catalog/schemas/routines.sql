CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE t (id integer, m mood, s character varying(9));
CREATE FUNCTION total(of_mood mood DEFAULT 'sad') RETURNS bigint LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT count(*) FROM t WHERE m = of_mood AND s IN ('a', 'b');
END;
CREATE FUNCTION half(integer) RETURNS integer IMMUTABLE RETURN $1 / 2;
CREATE PROCEDURE fill(INOUT a integer, b text DEFAULT 'x') LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO t (id, s) VALUES (a, b) RETURNING id;
  UPDATE t SET s = b WHERE id = a AND s IN ('a', 'b');
  SELECT a;
END;
ALTER TABLE t ADD CONSTRAINT halved CHECK (half(id) > 0), ADD h integer GENERATED ALWAYS AS (half(id)) STORED;
ALTER TABLE t ALTER id SET DEFAULT total();
CREATE INDEX by_half ON t (half(id)) WHERE half(id) > 1;
CREATE FUNCTION over(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION over(a text) RETURNS integer LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION over(a integer, VARIADIC b text[]) RETURNS TABLE (x integer, "y z" text) LANGUAGE plpgsql
  ROWS 5 COST 7 STRICT SECURITY DEFINER SET search_path = '' AS 'BEGIN RETURN; END';
CREATE AGGREGATE longest(text) (SFUNC = textcat, STYPE = text, INITCOND = '');
CREATE AGGREGATE ranked(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi,
  STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE CAST (mood AS integer) WITH INOUT AS ASSIGNMENT;
CREATE DOMAIN small AS integer DEFAULT half(8) CHECK (half(VALUE) IN (1, 2, 3));
CREATE TYPE pair AS (a small, b mood[]);
CREATE TYPE moods AS RANGE (subtype = mood);
CREATE TABLE typed OF pair (a WITH OPTIONS DEFAULT 5, PRIMARY KEY (b));
COMMENT ON FUNCTION total IS 'sum';
COMMENT ON AGGREGATE longest(text) IS 'longest';
