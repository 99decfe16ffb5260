-- A stand-in for dblink: the signatures of the real one, without its code.

CREATE FOREIGN DATA WRAPPER dblink_fdw;
GRANT USAGE ON FOREIGN DATA WRAPPER dblink_fdw TO PUBLIC;

CREATE TYPE dblink_pkey_results AS (position integer, colname text);

CREATE FUNCTION dblink_connect(text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_connect'; END$$;
CREATE FUNCTION dblink_connect(text, text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_connect'; END$$;
CREATE FUNCTION dblink_connect_u(text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_connect_u'; END$$;
REVOKE ALL ON FUNCTION dblink_connect_u(text) FROM PUBLIC;
CREATE FUNCTION dblink_connect_u(text, text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_connect_u'; END$$;
REVOKE ALL ON FUNCTION dblink_connect_u(text, text) FROM PUBLIC;
CREATE FUNCTION dblink_disconnect()
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_disconnect'; END$$;
CREATE FUNCTION dblink_disconnect(text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_disconnect'; END$$;
CREATE FUNCTION dblink_open(text, text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_open'; END$$;
CREATE FUNCTION dblink_open(text, text, boolean)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_open'; END$$;
CREATE FUNCTION dblink_open(text, text, text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_open'; END$$;
CREATE FUNCTION dblink_open(text, text, text, boolean)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_open'; END$$;
CREATE FUNCTION dblink_fetch(text, integer)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_fetch'; END$$;
CREATE FUNCTION dblink_fetch(text, integer, boolean)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_fetch'; END$$;
CREATE FUNCTION dblink_fetch(text, text, integer)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_fetch'; END$$;
CREATE FUNCTION dblink_fetch(text, text, integer, boolean)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_fetch'; END$$;
CREATE FUNCTION dblink_close(text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_close'; END$$;
CREATE FUNCTION dblink_close(text, boolean)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_close'; END$$;
CREATE FUNCTION dblink_close(text, text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_close'; END$$;
CREATE FUNCTION dblink_close(text, text, boolean)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_close'; END$$;
CREATE FUNCTION dblink(text, text)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink'; END$$;
CREATE FUNCTION dblink(text, text, boolean)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink'; END$$;
CREATE FUNCTION dblink(text)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink'; END$$;
CREATE FUNCTION dblink(text, boolean)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink'; END$$;
CREATE FUNCTION dblink_exec(text, text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_exec'; END$$;
CREATE FUNCTION dblink_exec(text, text, boolean)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_exec'; END$$;
CREATE FUNCTION dblink_exec(text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_exec'; END$$;
CREATE FUNCTION dblink_exec(text, boolean)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_exec'; END$$;
CREATE FUNCTION dblink_get_pkey(text)
RETURNS SETOF dblink_pkey_results LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_get_pkey'; END$$;
CREATE FUNCTION dblink_build_sql_insert(text, int2vector, integer, text[], text[])
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_build_sql_insert'; END$$;
CREATE FUNCTION dblink_build_sql_delete(text, int2vector, integer, text[])
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_build_sql_delete'; END$$;
CREATE FUNCTION dblink_build_sql_update(text, int2vector, integer, text[], text[])
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_build_sql_update'; END$$;
CREATE FUNCTION dblink_current_query()
RETURNS text LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_current_query'; END$$;
CREATE FUNCTION dblink_send_query(text, text)
RETURNS integer LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_send_query'; END$$;
CREATE FUNCTION dblink_is_busy(text)
RETURNS integer LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_is_busy'; END$$;
CREATE FUNCTION dblink_get_result(text)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_get_result'; END$$;
CREATE FUNCTION dblink_get_result(text, boolean)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_get_result'; END$$;
CREATE FUNCTION dblink_get_connections()
RETURNS text[] LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_get_connections'; END$$;
CREATE FUNCTION dblink_cancel_query(text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_cancel_query'; END$$;
CREATE FUNCTION dblink_error_message(text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_error_message'; END$$;
CREATE FUNCTION dblink_get_notify(OUT notify_name text, OUT be_pid integer, OUT extra text)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_get_notify'; END$$;
CREATE FUNCTION dblink_get_notify(conname text, OUT notify_name text, OUT be_pid integer, OUT extra text)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'dblink is a stub, without dblink_get_notify'; END$$;
