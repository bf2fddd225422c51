"""Funds (资金): double-entry books of money of several sources, reserved, paid, released and given back by entries alone."""
