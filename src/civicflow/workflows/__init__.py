"""HOW: the engine that runs flows, and the flows that are shipped: tickets and councils."""
