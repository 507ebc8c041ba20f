"""Apps that register and manage themselves, :rfc:`7591`, :rfc:`7592`: their metadata, read, kept and told again."""
