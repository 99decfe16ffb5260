"""From two schemas to a proven plan that leads from one to the other and back."""
