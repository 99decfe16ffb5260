"""Applies a proven plan to a database that people depend on, and can be stopped anywhere."""
