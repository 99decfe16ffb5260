-- passes: a schema of its own
CREATE SCHEMA e;
CREATE EXTENSION citext SCHEMA e;
