"""One file a check, named for what is wrong; found by convention."""
