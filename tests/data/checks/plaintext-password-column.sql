-- passes: names that say what they hold
CREATE TABLE t (
  password_hash text, encrypted_password text, password_salt text, hashed_password text,
  "passwordHash" text, password_reset_token text, password bytea, no_password text,
  password_digest varchar(60)
);

-- passes: frameworks that hash under a plain name
CREATE TABLE auth_user (password varchar(128), last_login timestamptz);
CREATE TABLE users (password varchar(255), remember_token varchar(100));

-- finds public.t."userPassword", public.t.db_pwd, public.t.password: by name
CREATE TABLE t (password text, "userPassword" varchar(9), db_pwd char(9));
