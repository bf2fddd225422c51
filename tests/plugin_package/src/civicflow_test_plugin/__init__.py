"""A plugin as somebody else would ship it; importing the package alone does nothing."""
