"""The few distributions that the conclusions need, verified against published tables."""
