"""Schema checks: what is wrong in a catalog, with evidence and the SQL that fixes it."""
