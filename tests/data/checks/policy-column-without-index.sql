CREATE TABLE notes (id int PRIMARY KEY, author text, tenant int, is_public bool, kind varchar(9));
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;

-- passes: one indexed column of several is enough
CREATE INDEX ON notes (tenant, id);
CREATE POLICY p ON notes
  USING (tenant = (SELECT current_setting('a')::int) AND author = current_user);

-- passes: an index over what is not NULL
CREATE INDEX ON notes (author) WHERE author IS NOT NULL;
CREATE POLICY p ON notes USING (author = current_user);

-- passes: constants say nothing about who asks
CREATE POLICY p ON notes USING (tenant = 1 AND is_public);

-- passes: an alternative that no index serves
CREATE POLICY p ON notes USING (author = current_user OR is_public);

-- passes: the rows of a sub-select
CREATE TABLE members (tenant int);
CREATE POLICY p ON notes USING (tenant IN (SELECT tenant FROM members));

-- passes: INSERT finds no rows
CREATE POLICY p ON notes FOR INSERT WITH CHECK (author = current_user);

-- passes: an index on the column would not serve the cast
CREATE POLICY p ON notes USING (tenant::text = current_setting('a'));

-- finds public.notes.tenant: an index that has it second, and the sides exchanged
CREATE INDEX ON notes (id, tenant);
CREATE POLICY p ON notes USING (current_setting('a')::int = tenant);

-- finds public.notes.author, public.notes.kind: = ANY, and varchar, which is text all the same
CREATE POLICY p ON notes USING (kind = current_setting('a'));
CREATE POLICY q ON notes USING (author = ANY (current_setting('a')::text[]));
