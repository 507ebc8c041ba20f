"""How somebody proves who they are, one file a factor."""
