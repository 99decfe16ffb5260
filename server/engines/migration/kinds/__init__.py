"""One file a kind of object: how it is created, altered and dropped."""
