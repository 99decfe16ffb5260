-- case: a superuser
DO $$ BEGIN CREATE ROLE a SUPERUSER; END $$;
-- case: a role that replicates
DO $$ BEGIN CREATE ROLE a REPLICATION; END $$;
-- case: a role that bypasses row security
DO $$ BEGIN CREATE ROLE a BYPASSRLS; END $$;
-- case: the role of programs
DO $$ BEGIN GRANT pg_execute_server_program TO CURRENT_USER; END $$;
-- case: the role of files
DO $$ BEGIN CREATE ROLE a IN ROLE pg_read_server_files; END $$;
-- case: the superuser's rights
DO $$ BEGIN GRANT shadow_superuser TO CURRENT_USER; END $$;
-- case: the superuser's password
DO $$ BEGIN ALTER ROLE shadow_superuser PASSWORD 'x'; END $$;
-- case: its own promotion
DO $$ BEGIN ALTER ROLE CURRENT_USER SUPERUSER; END $$;
-- case: its own exemption
DO $$ BEGIN ALTER ROLE CURRENT_USER BYPASSRLS; END $$;
