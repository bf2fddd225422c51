"""Exploration: every story that a flow can tell in a small town, on the real engine.

`explore` begins a case in every way, lets everybody who may act do everything they may, lets the clock go on to the next
deadline, and looks at what came of it, breadth first, until nothing new happens. What is wrong is told with the shortest
story that leads to it. See `civicflow.workflows.engine.exploring.town` for the town, `scene` for what a caller may say
about it, `exploration` for what is looked at, `coverage` for what never
happened.
"""

from civicflow.workflows.engine.exploring.coverage import unseen
from civicflow.workflows.engine.exploring.exploration import explore
from civicflow.workflows.engine.exploring.report import Explored, Finding
from civicflow.workflows.engine.exploring.scene import Incident, Scene

__all__ = ["Explored", "Finding", "Incident", "Scene", "explore", "unseen"]
