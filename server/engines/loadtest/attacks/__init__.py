"""Attack patterns as data: what a right server refuses, sent to one's own server to see it."""
