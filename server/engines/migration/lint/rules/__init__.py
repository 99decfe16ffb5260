"""One module a rule, named for what is wrong; its docstring is its documentation and its tests."""
