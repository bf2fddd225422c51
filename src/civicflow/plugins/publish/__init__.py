"""Publishers: where sealed heads of the log tree stand, out of reach of whoever may write to the store."""
