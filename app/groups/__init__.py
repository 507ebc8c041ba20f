"""Groups: administrators put people into them, and apps learn of it. Nothing in here knows what an app is."""
