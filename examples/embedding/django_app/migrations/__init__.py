"""Django's migrations of this application."""
