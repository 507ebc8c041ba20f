"""Export and deletion of all that a person has here, and what is kept for how long."""
