"""Grants, one file each."""
