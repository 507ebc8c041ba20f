"""Client authentication, :rfc:`6749#section-2.3`: secrets and signed assertions."""
