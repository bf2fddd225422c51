"""Two parties in one transaction, on a real database: ``manage.py test embedding.django_app.tests``.

`TransactionTestCase`, since each test is about commits. Django empties its own tables after a test; civicflow's stay, so
a test looks at its own lamp.
"""

from __future__ import annotations

import threading
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client, TransactionTestCase

import civicflow
from civicflow import Office, Plugins
from embedding.django_app.desk import committed, together
from embedding.django_app.models import Lamp, Report

REGISTER = Path(__file__).resolve().parents[2] / "registers" / "shangjie.yaml"
COMMUNITY = "410106001005"
_POLES = count(1)


def elsewhere(**how: Any) -> Office:
    """An office on a connection of its own: it sees what is committed, and nothing else."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = f"postgresql:///{database['NAME']}?host={database['HOST']}&user={database['USER']}"
    return civicflow.open(url, plugins=Plugins(), **how)


class Lamps(TransactionTestCase):
    """What one user does, and two at once."""

    def setUp(self) -> None:
        """A lamp, two residents, and the register."""
        call_command("load_register", str(REGISTER))
        self.lamp = Lamp.objects.create(pole=f"P-{next(_POLES)}", unit=COMMUNITY)
        self.user = User.objects.create_user("zhang")
        self.neighbour = User.objects.create_user("li")
        self.client.force_login(self.user)

    def report(self, client: Client | None = None) -> Any:
        """Report the lamp."""
        return (client or self.client).post(f"/lamps/{self.lamp.pole}/report")

    def tickets(self) -> list[Any]:
        """The tickets of the lamp, as another connection sees them."""
        with elsewhere() as office:
            return list(office.find(title=f"Lamp {self.lamp.pole} is broken", limit=1000).cases)

    def resolve(self, ticket: str) -> None:
        """Others do their part, by other means; whoever reported it is content."""
        with elsewhere() as office:
            secretary = office.act_as("secretary-1", post="secretary", unit=COMMUNITY)
            officer = office.act_as("officer-8", post="officer", unit="urban-management")
            office.tickets.dispatch(ticket, to=["urban-management"], by=secretary)
            office.tickets.accept(ticket, by=officer)
            office.tickets.complete(ticket, by=officer)
            office.tickets.answer(ticket, "The lamp is new", by=secretary)
            office.tickets.evaluate(ticket, resolved=True, by=office.act_as(f"user-{self.user.pk}"))

    def test_a_report_and_its_ticket_are_kept_together(self) -> None:
        """Both are there for everybody once the answer has come, and the page shows both."""
        answer = self.report()
        self.assertEqual(answer.status_code, 201)
        (ticket,) = self.tickets()
        self.assertEqual(Report.objects.get(pk=answer.json()["report"]).ticket, ticket.id)
        page = self.client.get(f"/lamps/{self.lamp.pole}").json()
        self.assertEqual(page["reports"], {str(answer.json()["report"]): "ordered"})

    def test_what_the_host_takes_back_has_no_ticket(self) -> None:
        """The second report breaks a rule of the host's own database; its ticket has gone with it."""
        self.assertEqual(self.report().status_code, 201)
        again = self.client.post(f"/lamps/{self.lamp.pole}/report", headers={"Accept-Language": "zh"})
        self.assertEqual((again.status_code, again.json()["title"]), (409, "此路灯已有人报修"))
        self.assertEqual(again.headers["Content-Type"], "application/problem+json")
        self.assertEqual(len(self.tickets()), 1)
        with elsewhere() as office:
            self.assertTrue(office.ledger.verify().ok)

    def test_what_civicflow_refuses_leaves_the_hosts_row_as_it_was(self) -> None:
        """A ticket that has ended cannot be withdrawn; the report, which was changed before, is as if it had not been."""
        kept = self.report().json()
        self.resolve(kept["ticket"])
        refused = self.client.post(f"/reports/{kept['report']}/withdraw")
        self.assertEqual((refused.status_code, refused.json()["rules"]), (409, ["state"]))
        self.assertTrue(Report.objects.get(pk=kept["report"]).open)
        self.assertEqual(self.tickets()[0].outcome, "resolved")

    def test_an_accident_takes_both_back(self) -> None:
        """Whatever leaves the block; afterwards the same connection and the same office go on."""
        with self.assertRaises(ZeroDivisionError), together() as office:
            ticket = office.tickets.order(f"Lamp {self.lamp.pole} is broken", unit=COMMUNITY, by=office.act_as("x"))
            Report.objects.create(lamp=self.lamp, reporter=self.user, ticket=ticket.id)
            1 / 0  # noqa: B018 - the accident
        self.assertEqual((self.tickets(), Report.objects.count()), ([], 0))
        self.assertEqual(self.report().status_code, 201)

    def test_withdrawing_is_one_transaction_too(self) -> None:
        """Then the lamp may be reported again; also after its ticket has ended otherwise."""
        first = self.report().json()
        self.assertEqual(self.client.post(f"/reports/{first['report']}/withdraw").json()["state"], "withdrawn")
        second = self.report()
        self.assertEqual(second.status_code, 201)
        self.resolve(second.json()["ticket"])
        self.assertEqual(self.report().status_code, 201)
        self.assertEqual(sorted(ticket.outcome for ticket in self.tickets()), ["", "resolved", "withdrawn"])

    def test_the_others_are_told_when_it_is_kept(self) -> None:
        """Not before, and not of what was taken back; a relay that is called then finds the notices of the step."""
        heard: list[tuple[str, int]] = []

        def relay(event: Any, **_: Any) -> None:
            with elsewhere(notify=settings.CIVICFLOW_NOTIFY) as office:
                seen = [entry.step for entry in office.ledger.entries(event.entries[0].case)]
                heard.append((seen[-1], office.relay().delivered))

        with elsewhere(notify=settings.CIVICFLOW_NOTIFY) as office:
            office.relay()  # what other tests have left
        committed.connect(relay)
        try:
            self.report()
            self.report()
        finally:
            committed.disconnect(relay)
        self.assertEqual(heard, [("order", 1)])

    def test_of_two_at_once_one_is_kept(self) -> None:
        """Two residents report one lamp in the same moment: one report, one ticket, and the other one is told."""
        self.neighbour.refresh_from_db()
        start, answers = threading.Barrier(2), []

        def send(user: User) -> None:
            client = Client()
            client.force_login(user)
            start.wait()
            answers.append(self.report(client).status_code)
            connection.close()

        threads = [threading.Thread(target=send, args=(user,)) for user in (self.user, self.neighbour)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers), [201, 409])
        self.assertEqual((len(self.tickets()), Report.objects.filter(lamp=self.lamp).count()), (1, 1))
