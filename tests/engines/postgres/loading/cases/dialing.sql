-- case: dblink_connect
CREATE EXTENSION dblink;
SELECT dblink_connect('host=127.0.0.1 port=%(port)s');
-- case: dblink in a query
CREATE EXTENSION dblink;
SELECT * FROM dblink('host=127.0.0.1 port=%(port)s', 'SELECT 1') AS t(a int);
-- case: a foreign table
CREATE EXTENSION postgres_fdw;
CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '%(port)s');
CREATE USER MAPPING FOR CURRENT_USER SERVER s;
CREATE FOREIGN TABLE f (a text) SERVER s;
CREATE TABLE t AS TABLE f;
-- case: a foreign schema
CREATE EXTENSION postgres_fdw;
CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '%(port)s');
IMPORT FOREIGN SCHEMA x FROM SERVER s INTO public;
-- case: a wrapper of one's own
CREATE FOREIGN DATA WRAPPER w HANDLER postgres_fdw_handler;
CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host '127.0.0.1', port '%(port)s');
CREATE FOREIGN TABLE f (a text) SERVER s;
CREATE TABLE t AS TABLE f;
-- case: a subscription that is enabled later
CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=%(port)s' PUBLICATION p;
DO $$ BEGIN ALTER SUBSCRIPTION s ENABLE; END $$;
-- case: a subscription that is refreshed
CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=%(port)s' PUBLICATION p;
DO $$ BEGIN ALTER SUBSCRIPTION s REFRESH PUBLICATION; END $$;
-- case: a subscription in a block
DO $$ BEGIN
  CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=%(port)s' PUBLICATION p;
END $$;
