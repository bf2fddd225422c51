"""``manage.py load_register shangjie.yaml``: who is who, from a file of civicflow's."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from embedding.django_app.desk import together


class Command(BaseCommand):
    """Load a register; the same file again changes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("path")

    def handle(self, *_: Any, path: str, **__: Any) -> None:
        """Load it, all or nothing."""
        with together() as office:
            office.register.load(path)
