"""The object kinds: one file each, with the fact, the query and how rows become facts."""
