"""Mediation of disputes among residents: 4+A, three ways, one level at a time."""
