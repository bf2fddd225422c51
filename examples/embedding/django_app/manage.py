"""Django's own command: ``python examples/embedding/django_app/manage.py migrate``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    # This folder gives way to the one from which the application is imported.
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "embedding.django_app.settings")
    execute_from_command_line(sys.argv)
