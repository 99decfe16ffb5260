"""Is one side faster than the other? Answered with an interval, or not at all."""
