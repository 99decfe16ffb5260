"""The same plan for teams that have another tool: scripts for k6 and Locust."""
