-- case: a cast that every query uses
-- expect: a cast between built-in types
CREATE FUNCTION f(oid) RETURNS text LANGUAGE sql AS 'SELECT ''''';
CREATE CAST (oid AS text) WITH FUNCTION f(oid) AS IMPLICIT;
-- case: a hash function for built-in equality
-- expect: an operator class
CREATE FUNCTION f(oid) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
CREATE OPERATOR CLASS c FOR TYPE oid USING hash AS OPERATOR 1 =, FUNCTION 1 f(oid);
-- case: an order for a built-in type that has none
-- expect: an operator class
CREATE FUNCTION f(aclitem, aclitem) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION l(aclitem, aclitem) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = aclitem, RIGHTARG = aclitem, FUNCTION = l);
CREATE OPERATOR CLASS c DEFAULT FOR TYPE aclitem USING btree
  AS OPERATOR 3 ===, FUNCTION 1 f(aclitem, aclitem);
-- case: a function for a built-in family
-- expect: may not create anything in schema 'pg_catalog'
CREATE FUNCTION f(int, oid) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
ALTER OPERATOR FAMILY pg_catalog.integer_ops USING btree ADD FUNCTION 1 (int, oid) f(int, oid);
-- case: a function for a built-in family by its short name
-- expect: an operator class holds
CREATE FUNCTION f(int, oid) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
ALTER OPERATOR FAMILY integer_ops USING btree ADD FUNCTION 1 (int, oid) f(int, oid);
-- case: a family in pg_catalog
-- expect: may not create anything in schema 'pg_catalog'
SET search_path = pg_catalog;
CREATE OPERATOR FAMILY f USING btree;
-- case: C functions of another type
-- expect: refused: an operator class with functions of internal values
CREATE OPERATOR CLASS c FOR TYPE text USING gist
  AS FUNCTION 1 gist_box_consistent(internal, box, smallint, oid, internal);
