-- case: pgcrypto
-- expect: pgcrypto
CREATE EXTENSION pgcrypto;
CREATE TABLE t (
  a bytea DEFAULT gen_random_bytes(8),
  b text CHECK (crypt(b, gen_salt('bf', 8)) <> '' AND digest(b, 'sha256') IS NOT NULL),
  c uuid DEFAULT gen_random_uuid()
);
CREATE INDEX i ON t (digest(b, 'md5'));
-- case: uuid-ossp
-- expect: uuid-ossp
CREATE EXTENSION "uuid-ossp";
CREATE TABLE t (
  a uuid DEFAULT uuid_generate_v4(),
  b uuid DEFAULT uuid_generate_v5(uuid_ns_url(), 'x'),
  c uuid DEFAULT uuid_generate_v1mc()
);
