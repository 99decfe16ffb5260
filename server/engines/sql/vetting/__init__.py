"""Decides who may run a statement that comes from outside: one file a subject."""
