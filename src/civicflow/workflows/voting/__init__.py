"""Votes: rolls, ballots and their count by any rule of `civicflow.workflows.decisions`."""
