"""Proves a plan: runs it forward and back on a copy of the schema that holds rows."""
