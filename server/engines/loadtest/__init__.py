"""Load that keeps to its schedule, measured from the moment each request was due."""
