"""PostgreSQL servers: throw-away clusters, sessions, sources and the loading of foreign SQL."""
