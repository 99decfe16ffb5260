-- passes: nothing to force without policies
CREATE TABLE t ();
ALTER TABLE t ENABLE ROW LEVEL SECURITY;

-- passes: row security is off, which another check reports
CREATE TABLE t ();
CREATE POLICY p ON t USING (false);
