"""Tokens and what is in them: families, signing, claims, validity."""
