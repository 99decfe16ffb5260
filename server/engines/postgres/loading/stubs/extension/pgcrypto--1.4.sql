-- A stand-in for pgcrypto: the signatures of the real one, without its code.

CREATE FUNCTION digest(text, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without digest'; END$$;
CREATE FUNCTION digest(bytea, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without digest'; END$$;
CREATE FUNCTION hmac(text, text, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without hmac'; END$$;
CREATE FUNCTION hmac(bytea, bytea, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without hmac'; END$$;
CREATE FUNCTION crypt(text, text)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without crypt'; END$$;
CREATE FUNCTION gen_salt(text)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without gen_salt'; END$$;
CREATE FUNCTION gen_salt(text, integer)
RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without gen_salt'; END$$;
CREATE FUNCTION encrypt(bytea, bytea, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without encrypt'; END$$;
CREATE FUNCTION decrypt(bytea, bytea, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without decrypt'; END$$;
CREATE FUNCTION encrypt_iv(bytea, bytea, bytea, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without encrypt_iv'; END$$;
CREATE FUNCTION decrypt_iv(bytea, bytea, bytea, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without decrypt_iv'; END$$;
CREATE FUNCTION gen_random_bytes(integer)
RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without gen_random_bytes'; END$$;
CREATE FUNCTION gen_random_uuid()
RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$SELECT pg_catalog.gen_random_uuid()$$;
CREATE FUNCTION pgp_sym_encrypt(text, text)
RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_sym_encrypt'; END$$;
CREATE FUNCTION pgp_sym_encrypt_bytea(bytea, text)
RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_sym_encrypt_bytea'; END$$;
CREATE FUNCTION pgp_sym_encrypt(text, text, text)
RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_sym_encrypt'; END$$;
CREATE FUNCTION pgp_sym_encrypt_bytea(bytea, text, text)
RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_sym_encrypt_bytea'; END$$;
CREATE FUNCTION pgp_sym_decrypt(bytea, text)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_sym_decrypt'; END$$;
CREATE FUNCTION pgp_sym_decrypt_bytea(bytea, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_sym_decrypt_bytea'; END$$;
CREATE FUNCTION pgp_sym_decrypt(bytea, text, text)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_sym_decrypt'; END$$;
CREATE FUNCTION pgp_sym_decrypt_bytea(bytea, text, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_sym_decrypt_bytea'; END$$;
CREATE FUNCTION pgp_pub_encrypt(text, bytea)
RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_pub_encrypt'; END$$;
CREATE FUNCTION pgp_pub_encrypt_bytea(bytea, bytea)
RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_pub_encrypt_bytea'; END$$;
CREATE FUNCTION pgp_pub_encrypt(text, bytea, text)
RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_pub_encrypt'; END$$;
CREATE FUNCTION pgp_pub_encrypt_bytea(bytea, bytea, text)
RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_pub_encrypt_bytea'; END$$;
CREATE FUNCTION pgp_pub_decrypt(bytea, bytea)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_pub_decrypt'; END$$;
CREATE FUNCTION pgp_pub_decrypt_bytea(bytea, bytea)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_pub_decrypt_bytea'; END$$;
CREATE FUNCTION pgp_pub_decrypt(bytea, bytea, text)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_pub_decrypt'; END$$;
CREATE FUNCTION pgp_pub_decrypt_bytea(bytea, bytea, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_pub_decrypt_bytea'; END$$;
CREATE FUNCTION pgp_pub_decrypt(bytea, bytea, text, text)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_pub_decrypt'; END$$;
CREATE FUNCTION pgp_pub_decrypt_bytea(bytea, bytea, text, text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_pub_decrypt_bytea'; END$$;
CREATE FUNCTION pgp_key_id(bytea)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_key_id'; END$$;
CREATE FUNCTION armor(bytea)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without armor'; END$$;
CREATE FUNCTION armor(bytea, text[], text[])
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without armor'; END$$;
CREATE FUNCTION dearmor(text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without dearmor'; END$$;
CREATE FUNCTION pgp_armor_headers(text, OUT key text, OUT value text)
RETURNS SETOF record LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without pgp_armor_headers'; END$$;
CREATE FUNCTION fips_mode()
RETURNS boolean LANGUAGE plpgsql VOLATILE PARALLEL SAFE
AS $$BEGIN RAISE EXCEPTION 'pgcrypto is a stub, without fips_mode'; END$$;
