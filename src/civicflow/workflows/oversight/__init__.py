"""Oversight (监督) of a matter over its whole course: a supervisory board and a discipline line ask, suspend, let go on."""
