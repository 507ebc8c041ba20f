"""What an app may ask for: the standard scopes and those that administrators define."""
