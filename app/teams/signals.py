"""What teams tell the features above."""

from blinker import Namespace

member_left = Namespace().signal("member-left")
"""Sent with the row of a member inside the transaction in which that person stops being in the team."""
