"""The seven forcing questions as data, and the profiles they lead to: load, score, refuse."""
