"""WHO: levels, areas, bodies, posts, appointments, affiliations and sites, their history, and who may do what.

`Register` is the whole history, `Chart` the register as of one day, `may` the question of authority. Register files are
read by `civicflow.hierarchy.importing`, which is imported only where it is needed.
"""
