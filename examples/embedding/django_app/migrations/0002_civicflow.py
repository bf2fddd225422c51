"""civicflow's tables beside Django's, made when Django's are: no request has to wait for it."""

from __future__ import annotations

from typing import Any

from django.db import migrations

import civicflow
from civicflow import Plugins


def make_tables(_: Any, schema_editor: Any) -> None:
    """Make or migrate them, in the migration's own transaction. Later versions of civicflow migrate theirs by themselves."""
    civicflow.open(connection=schema_editor.connection.connection, plugins=Plugins()).close()


class Migration(migrations.Migration):
    """Going back leaves the tables, for a ledger is not deleted in passing."""

    dependencies = [("lamps", "0001_initial")]
    operations = [migrations.RunPython(make_tables, migrations.RunPython.noop)]
