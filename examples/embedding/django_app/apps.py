"""The application, as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class Lamps(AppConfig):
    """Street lamps and what residents report of them."""

    name = "embedding.django_app"
    label = "lamps"
