"""The text that people and models read: one template a report."""
