CREATE TABLE notes (id int PRIMARY KEY, tenant int, is_public bool);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;

-- passes: reading everything may be meant
CREATE POLICY p ON notes FOR SELECT USING (true);

-- passes: a role of one's own
CREATE POLICY p ON notes TO admin USING (true);

-- passes: nobody, and nothing known
CREATE POLICY p ON notes USING (false);
CREATE POLICY q ON notes USING (NULL::int = NULL::int);
CREATE POLICY r ON notes USING (is_public = is_public);

-- passes: a restrictive policy gives nothing
CREATE POLICY p ON notes AS RESTRICTIVE USING (true);

-- passes: a restrictive policy narrows it
CREATE POLICY p ON notes FOR UPDATE TO authenticated USING (true);
CREATE POLICY q ON notes AS RESTRICTIVE USING (tenant = 1);

-- passes: row security is off, which another check reports
ALTER TABLE notes DISABLE ROW LEVEL SECURITY;
CREATE POLICY p ON notes USING (true);

-- finds public.notes.a, public.notes.b, public.notes.c, public.notes.d: each way to say it
CREATE POLICY a ON notes FOR DELETE TO anon USING (1 = 1);
CREATE POLICY b ON notes FOR INSERT TO authenticated WITH CHECK (true);
CREATE POLICY c ON notes FOR UPDATE USING (is_public) WITH CHECK (NOT false);
CREATE POLICY d ON notes USING (is_public OR true);

-- finds public.notes.a: restrictive policies for less, for others, and for nothing
CREATE POLICY a ON notes USING (true);
CREATE POLICY b ON notes AS RESTRICTIVE FOR SELECT USING (is_public);
CREATE POLICY c ON notes AS RESTRICTIVE TO app USING (is_public);
CREATE POLICY d ON notes AS RESTRICTIVE USING (true);
