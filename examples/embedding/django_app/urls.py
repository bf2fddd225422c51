"""Where what is."""

from __future__ import annotations

from django.urls import path

from embedding.django_app import views

urlpatterns = [
    path("lamps/<str:pole>", views.look),
    path("lamps/<str:pole>/report", views.report),
    path("reports/<int:number>/withdraw", views.withdraw),
]
