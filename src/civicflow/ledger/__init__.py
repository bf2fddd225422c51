"""WHAT HAPPENED: entries, their chains and log tree, replay, facts, and the figures computed from them."""
