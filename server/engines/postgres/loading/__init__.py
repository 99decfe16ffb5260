"""Loads foreign SQL into a throw-away database, so that it can harm nothing else."""
