"""The pages of a person about themselves."""
