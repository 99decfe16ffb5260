CREATE SCHEMA auth;
CREATE TABLE auth.users (id text, raw_user_meta_data jsonb);
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT '{}'::jsonb $$;
CREATE TABLE notes (id int PRIMARY KEY, author text, team text, kind text);

-- passes: what only an administrator writes, and a value that is called alike
CREATE POLICY p ON notes
  USING (auth.jwt() -> 'app_metadata' ->> 'team' = team AND kind = 'user_metadata');

-- finds public.notes.a, public.notes.b, public.notes.c, public.notes.d, public.notes.e: each access
CREATE POLICY a ON notes USING ((auth.jwt() #>> '{user_metadata,team}') = team);
CREATE POLICY b ON notes USING ((auth.jwt())['user_metadata']['team'] = '"a"');
CREATE POLICY c ON notes FOR INSERT WITH CHECK (EXISTS (
  SELECT FROM auth.users u WHERE u.id = author AND u.raw_user_meta_data ? 'admin'
));
CREATE POLICY d ON notes
  USING (jsonb_extract_path_text(auth.jwt(), 'user_metadata', 'team') = team);
CREATE POLICY e ON notes USING ((auth.jwt() #>> ARRAY['user_metadata', 'team']) = team);
