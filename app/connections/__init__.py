"""The client's side of every HTTP connection: a thread gets a request when it is all there, and never waits."""
