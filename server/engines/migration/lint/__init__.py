"""What is wrong with a migration that somebody else wrote, judged by what PostgreSQL really did."""
