"""A mail server and a web server in processes of their own, which fail in all the ways that servers do, by a seed.

What they take over they leave on a trail: the channel, the key, the recipient's lane, the number in it, and what was in it.
They take over and then break off, too, so that the sender cannot know.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random  # noqa: TID251 - failures are drawn by the thousand, from a seed
import socket
import time
from email import message_from_bytes
from email.policy import default as policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.durability.processes import Trail

SLOW: Final = 0.4
"""Seconds for which the web server lets somebody wait now and then: longer than they are willing to."""
PATIENCE: Final = 0.2
"""Seconds that they are willing to."""


class _Mailboxes:
    """Greylists, runs full, hangs up, and knows nobody whose name stands in a file."""

    def __init__(self, arrived: Trail, unknown: Path, seed: int) -> None:
        self._arrived, self._unknown, self._dice = arrived, unknown, random.Random(seed)

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._unknown.exists() and address in self._unknown.read_text():
            return f"550 5.1.1 <{address}> unknown"
        if self._dice.random() < 0.05:
            return "421 4.3.2 closing" if self._dice.random() < 0.3 else f"451 4.7.1 <{address}> greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        mood = self._dice.random()
        if mood < 0.04:
            return "452 4.2.2 mailbox full"
        if mood < 0.06:
            _hang_up(server)
            return ""
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy)
        key, said = str(mail["Message-ID"])[1:].partition("@")[0], str(mail["Subject"])
        self._arrived.leave("smtp", key, *said.split(), hashlib.sha256(content).hexdigest())
        if mood < 0.09:  # nobody will ever know whether it arrived
            _hang_up(server)
        return "250 OK"


def _hang_up(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


def deliver_mail(told: Trail, arrived: Trail, unknown: Path, seed: int) -> None:
    """Be a mail server until somebody ends the process; the port is left on a trail."""

    async def serve() -> None:
        boxes, loop = _Mailboxes(arrived, unknown, seed), asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(boxes, loop=loop, ident="mail"), "127.0.0.1", 0)
        told.leave("smtp", server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(serve())


class _Endpoint(ThreadingHTTPServer):
    """Takes posts, or fails."""

    daemon_threads = True

    def __init__(self, arrived: Trail, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.arrived, self.dice = arrived, random.Random(seed)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever waits no longer, or was killed, is no error."""


class _Post(BaseHTTPRequestHandler):
    """Is busy, breaks, breaks off, or lets somebody wait."""

    server: _Endpoint

    def do_POST(self) -> None:
        body, mood = self.rfile.read(int(self.headers["Content-Length"])), self.server.dice.random()
        if mood < 0.05:
            self._answer(429 if mood < 0.02 else 500, {"Retry-After": "30"} if mood < 0.01 else {})
            return
        if mood < 0.07:
            self._break_off()
            return
        if mood < 0.075:
            time.sleep(SLOW)
        key, said = self.headers["webhook-id"], json.loads(body)["data"]["en"]
        self.server.arrived.leave("webhook", key, *said.split(), hashlib.sha256(body).hexdigest())
        if mood < 0.1:  # nobody will ever know whether it arrived
            self._break_off()
            return
        self._answer(204, {})

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _break_off(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def take_posts(told: Trail, arrived: Trail, seed: int) -> None:
    """Be a web server until somebody ends the process; the port is left on a trail."""
    with _Endpoint(arrived, seed) as server:
        told.leave("webhook", server.server_address[1])
        server.serve_forever()
