"""Proving who is at the browser."""
