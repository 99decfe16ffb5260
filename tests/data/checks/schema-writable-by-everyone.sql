-- passes: a role of one's own
CREATE SCHEMA s;
GRANT ALL ON SCHEMA s TO app;

-- finds public: as it was until PostgreSQL 14
GRANT ALL ON SCHEMA public TO PUBLIC;
