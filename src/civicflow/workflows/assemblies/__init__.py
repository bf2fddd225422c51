"""Decisions of a compound: three parties that decide together. `three_party` is the table."""
