"""How fast the hot paths are, each beside a bare Flask route under the same server in the same run."""
