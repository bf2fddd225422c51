"""Coordination meetings: on one matter, inside it, with one plan in the end."""
