"""The hotline on a real server: a ticket's way, many at once, what goes wrong, four worker processes."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.examples.embedding.conftest import (
    COMMUNITY,
    NEIGHBOUR,
    OFFICER,
    REGISTER,
    RESIDENT,
    SECRETARY,
    Serving,
    sessions,
)

import civicflow
from civicflow import Numbers, Office, Plugins
from embedding.fastapi_app.hotline import hotline
from embedding.people import Sessions

if TYPE_CHECKING:
    from postgresql_server import Server

_EXAMPLES = REGISTER.parents[1]
_ORDER = {"title": "A lamp is broken", "unit": COMMUNITY, "contact": "138 0000 0000"}


def _open(url: str) -> Office:
    office = civicflow.open(url, numbers=Numbers(level="district"), plugins=Plugins())
    office.register.load(REGISTER)
    return office


@contextmanager
def _served(url: str, serving: Serving, folder: Path) -> Iterator[httpx.Client]:
    app = hotline(lambda: _open(url), Sessions.load(sessions(folder)))
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture
def web(place: str, serving: Serving, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of the hotline, on each storage."""
    with _served(place, serving, tmp_path) as client:
        yield client


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the storage makes no difference, it is this file."""
    return tmp_path_factory.mktemp("hotline") / "town.db"


@pytest.fixture(scope="module")
def one(file: Path, serving: Serving) -> Iterator[httpx.Client]:
    """A client of one hotline, which waits for no other writer."""
    with _served(f"sqlite:///{file}?synchronous=off&timeout=0", serving, file.parent) as client:
        yield client


def _ordered(web: httpx.Client, **more: str) -> dict[str, Any]:
    answer = web.post("/tickets", json={**_ORDER, **more}, headers=RESIDENT)
    assert answer.status_code == 201, answer.text
    ticket: dict[str, Any] = answer.json()
    return ticket


class TestHotline:
    """What a resident, a secretary and an officer do through the web."""

    def test_the_way_of_a_ticket(self, web: httpx.Client) -> None:
        """Ordered, dispatched, accepted and completed by its share, answered, evaluated; each sees what waits for them."""
        ticket = _ordered(web)["id"]
        (waiting,) = web.get("/inbox", headers=SECRETARY).json()["waiting"]
        assert waiting["case"]["id"] == ticket
        buttons = web.get(f"/tickets/{ticket}/possible", headers={**SECRETARY, "Accept-Language": "zh"}).json()
        assert {button["step"]: button["text"] for button in buttons}["dispatch"] == "下单"
        dispatched = web.post(f"/tickets/{ticket}/dispatch", json={"to": ["urban-management"]}, headers=SECRETARY)
        assert (dispatched.status_code, dispatched.json()["state"]) == (200, "dispatched")
        (waiting,) = web.get("/inbox", headers=OFFICER).json()["waiting"]
        share = waiting["case"]["id"]
        for step in ("accept", "complete"):
            taken = web.post("/steps", json={"case": share, "step": step}, headers=OFFICER)
            assert taken.status_code == 200, taken.text
        for step, data, who in (
            ("answer", {"text": "The lamp is new"}, SECRETARY),
            ("evaluate", {"resolved": True, "satisfied": 5}, RESIDENT),
        ):
            taken = web.post("/steps", json={"case": ticket, "step": step, "data": data}, headers=who)
            assert taken.status_code == 200, taken.text
        ended = web.get(f"/tickets/{ticket}", headers={**RESIDENT, "Accept-Language": "zh-CN"}).json()
        assert ended["outcome"] == "resolved"
        assert not ended["text"].isascii()
        assert web.get("/inbox", headers=SECRETARY).json() == {"waiting": [], "next": ""}

    def test_many_at_once(self, web: httpx.Client) -> None:
        """Each order one ticket with a number of its own; what was sent several times at once is one ticket, too."""

        def order(number: int) -> dict[str, Any]:
            headers = {**RESIDENT, "Idempotency-Key": f"form-{number // 3}"}
            answer = web.post("/tickets", json={**_ORDER, "title": f"Lamp {number // 3}"}, headers=headers)
            assert answer.status_code == 201, answer.text
            ticket: dict[str, Any] = answer.json()
            return ticket

        with ThreadPoolExecutor(12) as pool:
            tickets = list(pool.map(order, range(36)))
        counted = Counter((ticket["id"], ticket["number"], ticket["title"]) for ticket in tickets)
        assert list(counted.values()) == [3] * 12
        assert len({number for _, number, _ in counted}) == 12

    def test_of_forms_that_show_the_same_version_one_is_taken(self, web: httpx.Client) -> None:
        """The others are conflicts, and nothing of theirs was done."""
        ticket = _ordered(web)
        form = {"case": ticket["id"], "step": "hold", "data": {"reason": "A pole", "within": "10 workdays"}, "seen": 1}

        def hold(_: int) -> httpx.Response:
            return web.post("/steps", json=form, headers=SECRETARY)

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(hold, range(6)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
        for answer in answers:
            if answer.status_code == 409:
                assert answer.json()["type"].endswith("/conflict")
                assert (answer.json()["expected"], answer.json()["actual"]) == (1, 2)
        assert web.get(f"/tickets/{ticket['id']}", headers=RESIDENT).json()["version"] == 2


class TestProblems:
    """What goes wrong is a problem in the reader's language."""

    @pytest.mark.parametrize(
        ("method", "path", "who", "body", "status", "kind"),
        [
            ("POST", "/tickets/{ticket}/dispatch", RESIDENT, {"to": ["health"]}, 403, "refused"),
            ("POST", "/steps", RESIDENT, {"case": "", "step": "evaluate", "data": {"resolved": True}}, 409, "refused"),
            ("POST", "/steps", SECRETARY, {"case": "", "step": "answer", "data": {"txt": "x"}}, 422, "invalid"),
            ("POST", "/steps", SECRETARY, {"case": "", "step": "jump"}, 404, "not-found"),
            ("POST", "/tickets", RESIDENT, {"title": "x", "unit": "410106001006x"}, 404, "not-found"),
            ("POST", "/tickets", RESIDENT, {"title": "x"}, 422, "invalid"),
            ("GET", "/tickets/{ticket}", NEIGHBOUR, None, 403, "refused"),
            ("GET", "/tickets/T-0", RESIDENT, None, 404, "not-found"),
            ("GET", "/inbox?after=nonsense", SECRETARY, None, 400, "unanswerable"),
            ("GET", "/inbox", {**SECRETARY, "Acting-As": "secretary"}, None, 422, "invalid"),
            ("GET", "/inbox", {"Authorization": "Bearer nobody"}, None, 401, "http-401"),
            ("GET", "/inbox", {"Authorization": "Basic secretary"}, None, 401, "http-401"),
            ("GET", "/nowhere", RESIDENT, None, 404, "http-404"),
            ("DELETE", "/tickets", RESIDENT, None, 405, "http-405"),
        ],
    )
    def test_each_has_its_status(
        self, one: httpx.Client, method: str, path: str, who: dict[str, str], body: Any, status: int, kind: str
    ) -> None:
        """And its media type, its language, and a title in it."""
        ticket = _ordered(one)["id"]
        if body and "case" in body:
            body = {**body, "case": ticket}
        titles = {}
        for language in ("en", "zh"):
            headers = {**who, "Accept-Language": language}
            answer = one.request(method, path.format(ticket=ticket), json=body, headers=headers)
            problem = answer.json()
            assert (answer.status_code, problem["status"]) == (status, status), answer.text
            assert problem["type"].endswith(f"/{kind}")
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert (answer.headers["Content-Language"], answer.headers["Vary"]) == (language, "Accept-Language")
            titles[language] = problem["title"]
        assert titles["en"].isascii()
        assert not titles["zh"].isascii()

    def test_a_key_is_one_persons_and_one_request(self, one: httpx.Client) -> None:
        """Another request with it is refused; another person's key of the same name is another key."""
        headers = {"Idempotency-Key": "form-1"}
        first = one.post("/tickets", json=_ORDER, headers={**RESIDENT, **headers})
        other = one.post("/tickets", json={**_ORDER, "title": "A bench"}, headers={**RESIDENT, **headers})
        assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "key-reused")
        neighbours = one.post("/tickets", json=_ORDER, headers={**NEIGHBOUR, **headers})
        assert neighbours.status_code == 201
        assert neighbours.json()["id"] != first.json()["id"]

    def test_a_store_that_is_busy_is_asked_again_later(self, one: httpx.Client, file: Path) -> None:
        """Somebody writes for longer than one waits; then the same request is taken."""
        writer = sqlite3.connect(file, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        headers = {**RESIDENT, "Idempotency-Key": "form-2", "Accept-Language": "zh"}
        busy = one.post("/tickets", json=_ORDER, headers=headers)
        writer.execute("ROLLBACK")
        writer.close()
        assert (busy.status_code, busy.headers["Retry-After"]) == (503, "1")
        assert busy.json()["title"] == "系统繁忙"
        assert one.post("/tickets", json=_ORDER, headers=headers).status_code == 201

    def test_what_nobody_outside_can_mend_is_logged(
        self, one: httpx.Client, file: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The answer says no more than that; the log names what it was."""
        operator = sqlite3.connect(file)
        operator.execute("ALTER TABLE cases RENAME TO gone")
        answer = one.get("/health")
        operator.execute("ALTER TABLE gone RENAME TO cases")
        operator.close()
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (500, "broken")
        assert str(file) not in answer.text
        assert any(record.exc_info and "cases" in str(record.exc_info[1]) for record in caplog.records)


class _Workers:
    """The hotline in several processes, as an administrator starts it."""

    def __init__(self, url: str, folder: Path, count: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "uvicorn", "--app-dir", str(_EXAMPLES), "--port", str(port)]
        command += ["--factory", "embedding.fastapi_app.hotline:from_environment", "--workers", str(count)]
        environment = {
            "HOTLINE_STORE": url,
            "HOTLINE_REGISTER": str(REGISTER),
            "HOTLINE_SESSIONS": str(sessions(folder)),
        }
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def seen(self, count: int) -> set[int]:
        """Ask until so many workers have answered."""
        found: set[int] = set()
        # Each request comes by a connection of its own, which any worker may take.
        with httpx.Client(timeout=60, headers={"Connection": "close"}) as client:
            for _ in range(3000):
                with suppress(httpx.TransportError):  # nobody listens yet, or whoever answered has died
                    found.add(client.get(f"{self.address}/health").json()["process"])
                if len(found) >= count:
                    return found
                time.sleep(0.02)
        raise AssertionError(f"only {found} answered")

    def end(self) -> None:
        """End all, orderly."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()
        self._log.close()


@pytest.fixture
def workers(server: Server, tmp_path: Path) -> Iterator[Callable[[str, int], _Workers]]:
    """Starts workers, and ends them after the test."""
    started: list[_Workers] = []

    def start(url: str, count: int) -> _Workers:
        started.append(_Workers(url, tmp_path, count))
        return started[-1]

    yield start
    for crew in started:
        crew.end()


class TestWorkers:
    """Four processes on one PostgreSQL."""

    def test_no_step_is_lost_and_no_number_given_twice(
        self, server: Server, workers: Callable[[str, int], _Workers]
    ) -> None:
        """Also where one of them is killed in the middle: whoever got no answer sends the same request again."""
        url = server.url(connections=4)
        crew = workers(url, 4)
        victim = min(crew.seen(4))

        def send(path: str, body: dict[str, Any], who: dict[str, str], key: str) -> dict[str, Any]:
            for _ in range(1000):
                try:
                    answer = client.post(crew.address + path, json=body, headers={**who, "Idempotency-Key": key})
                except httpx.TransportError:  # whoever should answer has died; nobody knows whether it was done
                    continue
                assert answer.status_code < 300, answer.text
                done: dict[str, Any] = answer.json()
                return done
            raise AssertionError(f"nobody answered {path}")

        def work(number: int) -> dict[str, Any]:
            ticket = send("/tickets", {**_ORDER, "title": f"Lamp {number}"}, RESIDENT, f"order-{number}")
            if number == 10:
                os.kill(victim, signal.SIGKILL)
            hand = {"to": ["urban-management", "health"]}
            return send(f"/tickets/{ticket['id']}/dispatch", hand, SECRETARY, f"dispatch-{number}")

        with httpx.Client(timeout=60) as client, ThreadPoolExecutor(8) as pool:
            tickets = list(pool.map(work, range(40)))
        assert len({ticket["id"] for ticket in tickets}) == 40
        assert victim not in crew.seen(3)
        with civicflow.open(url, plugins=Plugins()) as office:
            found = office.find(flow="four-part-ticket", limit=1000).cases
            assert sorted(case.title for case in found) == sorted(f"Lamp {number}" for number in range(40))
            assert len({case.number for case in found}) == 40
            for case in found:
                entries = office.ledger.entries(case)
                assert [entry.step for entry in entries if entry.case == case.id] == ["order", "dispatch"]
            assert office.ledger.verify().ok
