"""Petitions: four visits, three channels, one responsible person, repeats and skipped levels recognised."""
