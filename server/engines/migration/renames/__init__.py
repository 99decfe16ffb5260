"""Renames: what was asked for, the statements that do it, and what looks like one."""
