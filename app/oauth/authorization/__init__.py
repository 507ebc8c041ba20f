"""The authorization request: what the person must still do, what the consent page shows, how the app is answered."""
