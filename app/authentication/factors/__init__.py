"""What proves beside the password who somebody is: one room a factor."""
