"""Report a lamp, take the report back, look. Each write is one transaction with two parties."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from civicflow import Actor, Office, Text
from embedding.django_app.answers import answer
from embedding.django_app.desk import together
from embedding.django_app.models import Lamp, Report
from embedding.problems import Problem

_REPORTED_ALREADY = Problem(
    kind="reported-already",
    status=HTTPStatus.CONFLICT,
    title=Text("This lamp was reported already", "此路灯已有人报修"),
)


def person(office: Office, request: HttpRequest) -> Actor:
    """Whoever is logged in, under an id that says nothing to others."""
    return office.act_as(f"user-{request.user.pk}")


@login_required
@require_POST
def report(request: HttpRequest, pole: str) -> JsonResponse:
    """Order a ticket and keep the report of it. If the report cannot be kept, there is no ticket either.

    A report whose ticket has ended by now is in nobody's way any more.
    """
    lamp = get_object_or_404(Lamp, pole=pole)
    try:
        with together() as office:
            for former in lamp.report_set.filter(open=True):
                if office.case(former.ticket).outcome:
                    former.open = False
                    former.save()
            ticket = office.tickets.order(f"Lamp {pole} is broken", unit=lamp.unit, by=person(office, request))
            kept = Report.objects.create(lamp=lamp, reporter=request.user, ticket=ticket.id)
    except IntegrityError:
        return answer(request, _REPORTED_ALREADY)
    return JsonResponse({"report": kept.pk, "ticket": ticket.id, "state": ticket.state}, status=HTTPStatus.CREATED)


@login_required
@require_POST
def withdraw(request: HttpRequest, number: int) -> JsonResponse:
    """Take a report back: the ticket's step and the row of the host. If the step is refused, the row stays as it was."""
    with together() as office:
        kept = get_object_or_404(Report.objects.select_for_update(), pk=number, reporter=request.user)
        kept.open = False
        kept.save()
        ticket = office.tickets.withdraw(kept.ticket, by=person(office, request))
    return JsonResponse({"report": kept.pk, "ticket": ticket.id, "state": ticket.state})


@login_required
@require_GET
def look(request: HttpRequest, pole: str) -> JsonResponse:
    """A lamp with its reports, and where each stands, both from one transaction."""
    lamp = get_object_or_404(Lamp, pole=pole)
    with together() as office:
        states = {kept.pk: office.case(kept.ticket).state for kept in lamp.report_set.order_by("pk")}
    return JsonResponse({"pole": lamp.pole, "reports": states})
