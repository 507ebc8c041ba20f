"""What somebody can prove beside the password, or in its place."""
