-- A stand-in for postgres_fdw: the signatures of the real one, without its code.

CREATE FOREIGN DATA WRAPPER postgres_fdw;
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO PUBLIC;

CREATE FUNCTION postgres_fdw_disconnect(text)
RETURNS boolean LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'postgres_fdw is a stub, without postgres_fdw_disconnect'; END$$;
CREATE FUNCTION postgres_fdw_disconnect_all()
RETURNS boolean LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'postgres_fdw is a stub, without postgres_fdw_disconnect_all'; END$$;
CREATE FUNCTION postgres_fdw_get_connections(check_conn boolean DEFAULT false, OUT server_name text, OUT user_name text, OUT valid boolean, OUT used_in_xact boolean, OUT closed boolean, OUT remote_backend_pid integer)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE STRICT PARALLEL RESTRICTED
AS $$BEGIN RAISE EXCEPTION 'postgres_fdw is a stub, without postgres_fdw_get_connections'; END$$;
