-- case: before what it is granted
CREATE ROLE a;
GRANT SELECT ON t TO a;
CREATE TABLE t ();
-- case: in a block
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'a') THEN CREATE ROLE a; END IF;
END $$;
CREATE TABLE t ();
GRANT SELECT ON t TO a;
-- case: after what it is granted
CREATE TABLE t ();
GRANT SELECT ON t TO a;
CREATE ROLE a;
-- case: as an owner
CREATE TABLE t ();
CREATE ROLE a LOGIN PASSWORD 'x';
ALTER TABLE t OWNER TO a;
