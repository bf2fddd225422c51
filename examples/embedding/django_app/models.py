"""The host's own rows: lamps, and which ticket of civicflow a report became."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Lamp(models.Model):
    """A street lamp of the inventory."""

    pole = models.CharField(max_length=40, unique=True)
    unit = models.CharField(max_length=40)  # the community, by its code in civicflow's register


class Report(models.Model):
    """A report that a lamp is broken; while it is open there is no second one for the same lamp."""

    lamp = models.ForeignKey(Lamp, on_delete=models.PROTECT)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    ticket = models.CharField(max_length=40, unique=True)
    open = models.BooleanField(default=True)

    class Meta:
        """What the database itself guards."""

        constraints = [models.UniqueConstraint(fields=["lamp"], condition=Q(open=True), name="one_open_report_a_lamp")]
