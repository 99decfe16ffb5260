"""One file a set of patterns; its docstring says what it needs and what it may leave behind."""
