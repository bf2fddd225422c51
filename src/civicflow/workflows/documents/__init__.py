"""A place's own rules: covenants, handbooks, standing orders; versions in force from a day. `document` is the table."""
