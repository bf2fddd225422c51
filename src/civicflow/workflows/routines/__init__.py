"""Standing duties that recur: receptions, inspections, drills, trainings, visits; each occasion is held or missed."""
