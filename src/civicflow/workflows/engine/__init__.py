"""The engine: flows as data, and the pure functions that decide on a step of a case.

`flow` describes, `checks` finds faults, `machine` and `flows` compile, `decide`, `ring` and `apply` run, `possible` tells.
"""
