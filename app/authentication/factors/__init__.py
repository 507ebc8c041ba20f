"""Sign-in factors beside the password. Each module decorates its rule with ``second_factor``."""
