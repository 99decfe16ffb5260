CREATE SCHEMA "a.b ""c""
d";
CREATE ROLE "Odd ""role"".1";
CREATE TYPE "a.b ""c""
d"."Mood's" AS ENUM ('it''s', 'a,b', '\', '');
CREATE DOMAIN "a.b ""c""
d"."do.main" AS text CONSTRAINT "CHECK ""1""" CHECK (VALUE <> E'\\x''');
CREATE TABLE "a.b ""c""
d"."xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" (
  "select" "a.b ""c""
d"."Mood's"[] DEFAULT ARRAY['a,b', 'it''s']::"a.b ""c""
d"."Mood's"[],
  "Ünï😀" "a.b ""c""
d"."do.main" COLLATE "C" PRIMARY KEY,
  "%s" text GENERATED ALWAYS AS ("Ünï😀" || '%s') STORED
);
CREATE INDEX "i""n.dex" ON "a.b ""c""
d"."xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ((lower("%s") || '"'''));
CREATE FUNCTION "a.b ""c""
d"."f(x)"("a b" "a.b ""c""
d"."Mood's", VARIADIC "$1x" text[] DEFAULT '{"a,b"}') RETURNS text LANGUAGE sql
  SET "odd.name" = 'x, "y"' AS $_$ SELECT '$$' $_$;
COMMENT ON FUNCTION "a.b ""c""
d"."f(x)" IS E'a\nb ''c'' \\d "e"';
CREATE TRIGGER " t " AFTER UPDATE OF "%s", "Ünï😀" ON "a.b ""c""
d"."xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
  FOR EACH ROW WHEN (old."%s" <> 'WHEN (') EXECUTE FUNCTION suppress_redundant_updates_trigger(' WHEN (', '', '\', 'é');
CREATE RULE "r AS" AS ON DELETE TO "a.b ""c""
d"."xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" DO ALSO NOTIFY "x.y";
CREATE POLICY "p TO public" ON "a.b ""c""
d"."xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" TO "Odd ""role"".1" USING ("%s" = 'TO');
GRANT SELECT ("%s"), INSERT ON "a.b ""c""
d"."xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" TO "Odd ""role"".1" WITH GRANT OPTION;
CREATE OPERATOR "a.b ""c""
d".@#% (FUNCTION = int4pl, LEFTARG = integer, RIGHTARG = integer);
CREATE VIEW "a.b ""c""
d"."v" AS SELECT 1 OPERATOR("a.b ""c""
d".@#%) 2 AS "?column?", 'x' AS "a.b", (SELECT 'y') AS y;
CREATE STATISTICS "a.b ""c""
d"."st" ON "select", "%s" FROM "a.b ""c""
d"."xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
