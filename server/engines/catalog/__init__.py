"""The one model of a schema: frozen facts read from pg_catalog, compared by declared rules."""
