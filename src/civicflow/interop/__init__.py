"""The formats of the field, one module each; each imports what it needs when it is used."""
