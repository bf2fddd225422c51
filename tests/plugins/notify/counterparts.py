"""The other sides that notifiers are tested against: a mail server and a web server, on this machine, as others wrote them."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import attrs
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from civicflow.testing.notifiers import Refusing

SECRETS = tuple("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
"""A new and an old one."""


# -- mail --------------------------------------------------------------------------------------------------------------


@attrs.define
class Mailboxes:
    """What a mail server has taken over; it refuses as it is told, naming the mailbox as servers do.

    Attributes:
        mails: in the order in which they came.
        refusals: what to answer next: to RCPT, or to DATA where the reply says so in front.
        peers: one for each session, and who logged in.
        hang: whether to end each session after its first mail, without a word.
    """

    mails: list[EmailMessage] = attrs.field(factory=list)
    raw: list[bytes] = attrs.field(factory=list)
    refusals: list[str] = attrs.field(factory=list)
    peers: dict[object, str] = attrs.field(factory=dict)
    drop: bool = False

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse."""
        login: object = session.auth_data
        self.peers[session.peer] = login.login.decode() if isinstance(login, LoginPassword) else ""
        if self.refusals and not self.refusals[0].startswith("DATA "):
            return self.refusals.pop(0).format(address=address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Take the mail over, or refuse."""
        if self.refusals:
            return self.refusals.pop(0).removeprefix("DATA ")
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        mail = message_from_bytes(content, _class=EmailMessage, policy=policy)
        assert isinstance(mail, EmailMessage)
        assert [mail["To"].addresses[0].addr_spec] == envelope.rcpt_tos
        self.mails.append(mail)
        if self.drop and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 OK"


@contextmanager
def mail_server(boxes: object, *, tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[int]:
    """A server on a port of its own, which is given; TLS from the first byte if there is a context."""
    started: threading.Event = threading.Event()
    ports: list[int] = []
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        server = await loop.create_server(
            lambda: SMTP(boxes, loop=loop, ident="a mail server", enable_SMTPUTF8=False, **options),
            "127.0.0.1",
            0,
            ssl=tls,
        )
        ports.append(server.sockets[0].getsockname()[1])
        loops.append((loop, stop))
        started.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    started.wait()
    try:
        yield ports[0]
    finally:
        loop, stop = loops[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def logging_in(user: str, password: str) -> Mapping[str, Any]:
    """Options of a mail server where somebody has to log in."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.login.decode() == user and data.password.decode() == password
        return AuthResult(success=right, handled=False, auth_data=data)

    more = {"auth_required": True, "auth_require_tls": True, "auth_exclude_mechanism": ["LOGIN"]}
    return {"authenticator": check, **more}


# -- web ---------------------------------------------------------------------------------------------------------------


@attrs.frozen
class Posted:
    """One request: its path, headers and body."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """The body as JSON."""
        said = json.loads(self.body)
        assert isinstance(said, dict)
        return said


Answer = tuple[int, Mapping[str, str]]


@attrs.define
class Posts:
    """What a web server has taken over.

    Attributes:
        taken: what it answered with 2xx.
        seen: whatever came.
        answers: what to answer next, in place of 200: a status with headers; or something to do with the request.
    """

    taken: list[Posted] = attrs.field(factory=list)
    seen: list[Posted] = attrs.field(factory=list)
    answers: list[Answer | Callable[[BaseHTTPRequestHandler], None]] = attrs.field(factory=list)

    def refuse(self, how: Refusing) -> None:
        """Refuse the next."""
        self.answers.append((503 if how == "temporary" else 410, {}))


@contextmanager
def web_server(posts: Posts, *, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on a port of its own, which is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted = Posted(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            posts.seen.append(posted)
            answer = posts.answers.pop(0) if posts.answers else (200, {})
            if callable(answer):
                answer(self)
                return
            status, headers = answer
            if 200 <= status < 300:
                posts.taken.append(posted)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that breaks off, or does not trust us, is no error of the test's."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


# -- certificates ------------------------------------------------------------------------------------------------------


def certified(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for ``localhost`` that nobody else trusts: its path, and a server's context."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # noqa: TID251 - TLS looks at the machine's clock
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    whole, public = folder / "server.pem", folder / "ca.pem"
    whole.write_bytes(private + certificate.public_bytes(pem))
    public.write_bytes(certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    return public, context
