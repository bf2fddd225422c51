"""``smtp://`` and ``smtps://``: e-mail, by a server that takes it over.

What the server says decides whether to try again (RFC 5321, section 4.2.1): a reply that begins with 4 is a failure that
may pass, one that begins with 5 is for good. What goes wrong before a mail is spoken of (no connection, no TLS, no login) is
no mail's fault and may pass, too. Sessions are kept for the mails that follow, and given up when the relay is through.

The message's name (``Message-ID``) is made of the notice's key, and its date is that of the notice: a duplicate is the same
mail again, byte for byte, and a mailbox that knows it shows it once. ``Auto-Submitted`` (RFC 3834) keeps answering machines
from answering.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime, parseaddr
from functools import cached_property
from typing import Final, Literal

import attrs

from civicflow.errors import InvalidInput, PluginError
from civicflow.plugins.notify.contract import API_VERSION, Notice, PermanentFailure, TemporaryFailure
from civicflow.plugins.notify.directory import Directory, address_of
from civicflow.plugins.notify.rendering import TEMPLATES, render
from civicflow.plugins.notify.urls import directory_at, name_of, place_of, seconds_of, trusting
from civicflow.texts import Text

Security = Literal["none", "starttls", "tls"]
"""How a session is protected: not at all, by STARTTLS (RFC 3207), or from its first byte (RFC 8314)."""

EXAMPLE: Final = "smtp://desk@mail.example:587/?from=desk@example.org&directory=/etc/civicflow/addresses.yaml"
_OPTIONS: Final = ("from", "directory", "name", "password_file", "tls", "ca", "timeout")
_PORTS: Final[Mapping[str, int]] = {"smtp": 25, "smtps": 465}
_ENHANCED: Final = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")
_MAILBOX: Final = re.compile(r"""[^\s@<>()\[\],;:\\"\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\\"\x00-\x1f\x7f]+""")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SUBMISSION: Final = 587
_REPLIED_OK: Final = 250


@attrs.frozen(kw_only=True)
class Server:
    """A mail server, and who sends by it.

    Attributes:
        host: its name.
        port: its port.
        sender: whom the mails come from, with a name or without: ``Service desk <desk@example.org>``.
        security: how the session is protected.
        user: who logs in; nobody where empty.
        password: with what; in no ``repr``.
        context: which certificates are trusted; the machine's where None.
        timeout: seconds to wait for each answer.
    """

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    user: str = ""
    password: str = attrs.field(default="", repr=False)
    context: ssl.SSLContext | None = None
    timeout: float = 10

    def __attrs_post_init__(self) -> None:
        if not _MAILBOX.fullmatch(self.mailbox) or not self.mailbox.isascii():
            raise InvalidInput(f"the sender {self.sender!r} is no mailbox such as desk@example.org")
        if self.user and self.security == "none" and self.host not in _LOCAL:
            msg = f"a password for {self.host} would travel in the open; use smtps://, or leave tls=none out"
            raise InvalidInput(msg)

    @property
    def mailbox(self) -> str:
        """The sender's, without the name."""
        return parseaddr(self.sender)[1]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Smtp:
    """E-mail to the mailboxes of a directory.

    Args:
        server: who takes the mails over.
        directory: knows the mailboxes.
        name: the channel's name.
        templates: what a mail looks like; see `civicflow.plugins.notify.rendering`.
    """

    api_version = API_VERSION

    def __init__(
        self, server: Server, directory: Directory, *, name: str = "smtp", templates: Mapping[str, Text] = TEMPLATES
    ) -> None:
        self.name = name
        self._server, self._directory, self._templates = server, directory, templates
        self._lock = threading.Lock()
        self._idle: list[smtplib.SMTP] = []
        self._closed = False

    def __repr__(self) -> str:
        return f"Smtp({str(self._server)!r}, name={self.name!r})"

    def send(self, notice: Notice) -> None:
        """Hand a mail over to the server.

        Raises:
            TemporaryFailure: it cannot be reached, or refuses the mail for now.
            PermanentFailure: the directory knows no mailbox, or the server refuses the mail for good.
        """
        mailbox = address_of(self._directory, notice, self.name)
        mail = self._mail(notice, mailbox)
        session = self._session()
        try:
            session.send_message(mail, self._server.mailbox, [mailbox])
        except smtplib.SMTPRecipientsRefused as error:
            (code, said), *_ = error.recipients.values()
            self._give_back(session)
            raise _refused("recipient", code, said) from None
        except smtplib.SMTPNotSupportedError:
            self._give_back(session)
            raise PermanentFailure("the mail server takes no mailbox in other letters than ASCII (SMTPUTF8)") from None
        except smtplib.SMTPResponseException as error:
            self._give_back(session)
            what = "sender" if isinstance(error, smtplib.SMTPSenderRefused) else "mail"
            raise _refused(what, error.smtp_code, error.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            session.close()
            raise TemporaryFailure(f"the mail server {self._server} broke off ({type(error).__name__})") from None
        except BaseException:
            session.close()
            raise
        self._give_back(session)

    def release(self) -> None:
        """End the sessions that are kept."""
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            with suppress(smtplib.SMTPException, OSError):
                session.quit()

    def close(self) -> None:
        """End the sessions; a second call does nothing."""
        self._closed = True
        self.release()

    # -- sessions ----------------------------------------------------------------------------------------------------

    def _session(self) -> smtplib.SMTP:
        """One that was kept and still answers, or a new one."""
        while True:
            with self._lock:
                if self._closed:
                    raise TemporaryFailure(f"the channel {self.name!r} was closed; open it again")
                session = self._idle.pop() if self._idle else None
            if session is None:
                return self._opened()
            with suppress(smtplib.SMTPException, OSError):
                if session.rset()[0] == _REPLIED_OK:
                    return session
            session.close()

    def _opened(self) -> smtplib.SMTP:
        try:
            return self._begin()
        except smtplib.SMTPResponseException as error:  # of a greeting or a login; the mail is not to blame
            what = "the login" if isinstance(error, smtplib.SMTPAuthenticationError) else "the session"
            raise TemporaryFailure(f"the mail server {self._server} refused {what}: {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(f"no session with the mail server {self._server} ({_why(error)})") from None

    def _begin(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, self._own_name, timeout=server.timeout, context=self._trust
            )
        else:
            session = smtplib.SMTP(server.host, server.port, self._own_name, timeout=server.timeout)
        try:
            if server.security == "starttls":
                session.starttls(context=self._trust)
            if server.user:
                session.login(server.user, server.password)
        except BaseException:
            session.close()
            raise
        return session

    def _give_back(self, session: smtplib.SMTP) -> None:
        with self._lock:
            if session.sock is not None and not self._closed:
                self._idle.append(session)
                return
        session.close()

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Made once: reading the machine's certificates takes longer than sending a mail."""
        return self._server.context or ssl.create_default_context()

    @cached_property
    def _own_name(self) -> str:
        """As this machine calls itself; asked once, since it may take seconds."""
        return socket.getfqdn()

    # -- mails -------------------------------------------------------------------------------------------------------

    def _mail(self, notice: Notice, mailbox: str) -> EmailMessage:
        if not _MAILBOX.fullmatch(mailbox):
            msg = f"what the directory has for this recipient on the channel {self.name!r} is no mailbox; correct it"
            raise PermanentFailure(msg)
        said = render(notice, self.name, self._templates)
        mail = EmailMessage(policy=POLICY)
        mail["From"] = self._server.sender
        mail["To"] = mailbox
        mail["Subject"] = said.subject
        mail["Date"] = format_datetime(notice.at)
        mail["Message-ID"] = f"<{notice.key}@{self._server.mailbox.partition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(said.body, cte="base64")
        mail["Content-Language"] = notice.language or "zh, en"
        return mail


def open_notifier(url: str) -> Smtp:
    """E-mail by the server at ``smtp://USER@HOST:PORT/?OPTIONS``, or ``smtps://…``.

    Options: ``from`` (the sender) and ``directory`` (the path of an address book), both needed; ``name`` (the channel's,
    ``smtp``), ``password_file`` (in its first line; better than a password in the URL), ``tls`` (``none`` to do without
    STARTTLS, as a server on this machine does anyhow), ``ca`` (certificates to trust, a path), ``timeout`` (seconds, 10).

    Raises:
        InvalidInput: with every fault of the URL, or of the files that it names.
    """
    place = place_of(url, example=EXAMPLE, options=_OPTIONS)
    options = place.options
    missing = [name for name in ("from", "directory") if not options.get(name)]
    if missing:
        raise InvalidInput(f"the URL of e-mail needs {' and '.join(missing)}; write it as in {EXAMPLE}")
    if options.get("tls", "starttls") not in {"none", "starttls"}:
        raise InvalidInput(f"tls is 'starttls' or 'none', and smtps:// is protected anyhow; got {options['tls']!r}")
    security: Security = "tls" if place.scheme == "smtps" else "starttls"
    if security == "starttls" and options.get("tls", "none" if place.host in _LOCAL else "starttls") == "none":
        security = "none"
    server = Server(
        host=place.host,
        port=place.port or (_SUBMISSION if place.user and place.scheme == "smtp" else _PORTS[place.scheme]),
        sender=options["from"],
        security=security,
        user=place.user,
        password=_password(options) or place.password,
        context=trusting(options.get("ca", "")),
        timeout=seconds_of(options, 10),
    )
    return Smtp(server, directory_at(options["directory"]), name=name_of(options, "smtp"))


def _password(options: Mapping[str, str]) -> str:
    from civicflow.plugins.notify.files import read_secret_file

    return read_secret_file(options["password_file"])[0] if "password_file" in options else ""


def _refused(what: str, code: int, said: bytes | str) -> PluginError:
    """What to raise; of the reply only its codes are kept, since its words may name the mailbox."""
    found = _ENHANCED.search(said if isinstance(said, bytes) else said.encode())
    msg = f"the mail server refused the {what}: {code}" + (f" {found[0].decode()}" if found else "")
    return PermanentFailure(msg) if code >= 500 else TemporaryFailure(msg)


def _why(error: Exception) -> str:
    """The kind of an error, and what the system calls it."""
    said = getattr(error, "verify_message", None) or getattr(error, "strerror", None)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
