-- A stand-in for uuid-ossp: the signatures of the real one, without its code.

CREATE FUNCTION uuid_nil()
RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$SELECT '00000000-0000-0000-0000-000000000000'::pg_catalog.uuid$$;
CREATE FUNCTION uuid_ns_dns()
RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$SELECT '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::pg_catalog.uuid$$;
CREATE FUNCTION uuid_ns_url()
RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$SELECT '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::pg_catalog.uuid$$;
CREATE FUNCTION uuid_ns_oid()
RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$SELECT '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::pg_catalog.uuid$$;
CREATE FUNCTION uuid_ns_x500()
RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$SELECT '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::pg_catalog.uuid$$;
CREATE FUNCTION uuid_generate_v1()
RETURNS uuid LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'uuid-ossp is a stub, without uuid_generate_v1'; END$$;
CREATE FUNCTION uuid_generate_v1mc()
RETURNS uuid LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'uuid-ossp is a stub, without uuid_generate_v1mc'; END$$;
CREATE FUNCTION uuid_generate_v3(namespace uuid, name text)
RETURNS uuid LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'uuid-ossp is a stub, without uuid_generate_v3'; END$$;
CREATE FUNCTION uuid_generate_v4()
RETURNS uuid LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
AS $$SELECT pg_catalog.gen_random_uuid()$$;
CREATE FUNCTION uuid_generate_v5(namespace uuid, name text)
RETURNS uuid LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'uuid-ossp is a stub, without uuid_generate_v5'; END$$;
