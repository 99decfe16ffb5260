"""The generator: connections, the schedule they follow, and the books that are kept of it."""
