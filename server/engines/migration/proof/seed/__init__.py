"""Fills the tables of a clone with a few rows that respect what the tables demand."""
