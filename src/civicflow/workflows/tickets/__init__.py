"""Tickets: each flow in a file of its own, with its rules at the top."""
