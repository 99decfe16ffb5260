"""What one statement says, as values: read from PostgreSQL's own tree, without a server."""
