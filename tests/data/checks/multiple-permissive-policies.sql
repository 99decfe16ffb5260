CREATE TABLE notes (id int PRIMARY KEY, author text, tenant int, is_public bool);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;

-- passes: other statements, and a restrictive one
CREATE POLICY p ON notes FOR SELECT USING (is_public);
CREATE POLICY q ON notes FOR INSERT WITH CHECK (is_public);
CREATE POLICY r ON notes AS RESTRICTIVE USING (tenant = 1);

-- passes: other roles
CREATE POLICY p ON notes TO app USING (is_public);
CREATE POLICY q ON notes TO admin USING (tenant = 1);

-- passes: an administrator's policy, beside which the planner drops the others
CREATE POLICY p ON notes TO admin USING (true);
CREATE POLICY q ON notes USING (author = current_user);

-- passes: row security is off, which another check reports
ALTER TABLE notes DISABLE ROW LEVEL SECURITY;
CREATE POLICY p ON notes USING (is_public);
CREATE POLICY q ON notes USING (tenant = 1);

-- finds public.notes: one for everyone, one for a role, one statement in common
CREATE POLICY p ON notes TO app USING (is_public);
CREATE POLICY q ON notes FOR UPDATE USING (author = current_user);
