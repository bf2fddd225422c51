"""Standing hazards: each point has a plan, a named monitor and its inspections, until works remove it."""
