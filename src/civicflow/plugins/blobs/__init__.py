"""Bytes beside the ledger: the contract of a blob store, and the built-in ones."""
