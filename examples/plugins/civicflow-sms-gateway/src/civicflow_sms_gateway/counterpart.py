"""A gateway on this machine: to test a notifier against, and to try settings out before a city pays for messages.

It is an HTTP server as the city's is one: it checks the account, knows its templates, sends a message once for each
``Idempotency-Key`` and answers in JSON. What it "sends" it keeps, over a restart, too. It can be told to fail::

    gateway.answers.append(Answer(status=503, code="BUSY", retry_after="120"))

    python -m civicflow_sms_gateway.counterpart 8080
"""

from __future__ import annotations

import base64
import json
import sys
import threading
from collections import deque
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template as Pattern
from typing import Any, Final, Literal, Self

import attrs

from civicflow_sms_gateway.numbers import e164
from civicflow_sms_gateway.parts import split

DEMO: Final[Mapping[str, str]] = {"SMS_1001": "${words}（${case}）"}
"""The templates of a counterpart that is given none."""


@attrs.frozen(kw_only=True)
class Sent:
    """A message that went out.

    Attributes:
        to: the number.
        text: what the recipient reads, the signature included.
        key: the ``Idempotency-Key`` that it came with.
    """

    to: str
    text: str
    key: str

    @property
    def parts(self) -> int:
        """Of how many short messages it consists, as the city is billed."""
        return len(split(self.text))


@attrs.frozen(kw_only=True)
class Answer:
    """What to do with one request in place of what is right.

    Attributes:
        status: of the answer.
        code: in the answer; no JSON at all if empty.
        retry_after: the header of that name; none if empty.
        seconds: to wait before answering, at most until the gateway is stopped.
        loses: ``nothing``; the ``answer``, after the message was sent; or the whole ``request``.
    """

    status: int = 200
    code: str = "OK"
    retry_after: str = ""
    seconds: float = 0
    loses: Literal["nothing", "answer", "request"] = "nothing"


class Counterpart:
    """The gateway. Use it in a ``with`` block, or call `start` and `stop`; both as often as a gateway restarts.

    Args:
        account: who may send.
        key: the account's secret.
        templates: the approved texts, by code.

    Attributes:
        accepted: every message that was answered with OK or should have been, in order; those that came again, too.
        requests: how many requests came, refused ones too.
        answers: what to do with the next requests, the first first.
        stopped: set while it does not serve.
    """

    def __init__(self, account: str = "demo", key: str = "demo", templates: Mapping[str, str] = DEMO) -> None:
        self._secret = "Basic " + base64.b64encode(f"{account}:{key}".encode()).decode("ascii")
        self._templates = templates
        self._lock, self.stopped = threading.Lock(), threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.accepted: list[Sent] = []
        self.requests = 0
        self.answers: deque[Answer] = deque()

    @property
    def sent(self) -> tuple[Sent, ...]:
        """What went out to phones: the first message of each key."""
        first: dict[str, Sent] = {}
        for message in tuple(self.accepted):
            first.setdefault(message.key, message)
        return tuple(first.values())

    @property
    def endpoint(self) -> str:
        """Where to post; the same after a restart."""
        return f"http://127.0.0.1:{self._port}/v1/messages"

    def start(self, port: int = 0) -> None:
        """Begin to serve, on a port of its own or on the one that it had before."""
        self.stopped.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", port or self._port), _handler(self))
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Serve no longer: whoever posts is refused a connection, whoever waits gets no answer."""
        self.stopped.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def serve(self, authorization: str, key: str, message: Mapping[str, Any]) -> Answer | None:
        """The answer to a request; None where it got lost."""
        with self._lock:
            self.requests += 1
            told = self.answers.popleft() if self.answers else Answer()
            if told.loses != "request" and (told.status, told.code) == (200, "OK"):
                code = self._take(authorization, key, message)
                told = told if code == "OK" else attrs.evolve(told, status=400, code=code)
        if told.seconds and self.stopped.wait(told.seconds):
            return None
        return told if told.loses == "nothing" else None

    def _take(self, authorization: str, key: str, message: Mapping[str, Any]) -> str:
        """Send a message, once, and give the code of the answer."""
        if authorization != self._secret:
            return "ACCOUNT_REFUSED"
        template = self._templates.get(str(message.get("template")))
        if template is None:
            return "TEMPLATE_REFUSED"
        if not message.get("signature"):
            return "SIGNATURE_REFUSED"
        number, parameters = str(message.get("to")), message.get("parameters")
        if e164(number) != number:
            return "NUMBER_ILLEGAL"
        if not isinstance(parameters, dict) or set(Pattern(template).get_identifiers()) != parameters.keys():
            return "PARAMETER_ILLEGAL"
        text = f"【{message['signature']}】{Pattern(template).substitute(parameters)}"
        self.accepted.append(Sent(to=number, text=text, key=key))
        return "OK"


def _handler(counterpart: Counterpart) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_POST(self) -> None:
            """Take a message."""
            said = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            key = self.headers.get("Idempotency-Key", "").strip('"')
            answer = counterpart.serve(self.headers.get("Authorization", ""), key, said)
            self.close_connection = True
            if answer is None:
                return
            body = json.dumps({"code": answer.code}) if answer.code else "<h1>Bad Gateway</h1>"
            self.send_response(answer.status)
            if answer.retry_after:
                self.send_header("Retry-After", answer.retry_after)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode("ascii"))

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing; what came is in the counterpart's own lists."""

        def handle(self) -> None:
            """Serve, and take it that whoever waited too long has gone."""
            try:
                super().handle()
            except OSError:
                return

    return Handler


def main(port: int) -> None:
    """Serve until interrupted, and print what is sent."""
    gateway, told = Counterpart(), 0
    gateway.start(port)
    print(f"account demo, key demo, template {', '.join(DEMO)}: {gateway.endpoint}")
    try:
        while not gateway.stopped.wait(0.2):
            for sent in gateway.sent[told:]:
                print(f"{sent.to} [{sent.parts}] {sent.text}", flush=True)
                told += 1
    except KeyboardInterrupt:
        gateway.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
