"""Messages to people: composed in their language, delivered after the commit."""
