"""Migrations as files: one module a format, each of which writes them and reads folders of them."""
