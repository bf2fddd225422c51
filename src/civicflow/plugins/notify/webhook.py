"""``webhook+https://``: each notice is posted to an address of the integrator's, as a signed event.

The body is a CloudEvent (https://cloudevents.io, 1.0.2, JSON format, structured mode), the headers carry a Standard Webhooks
signature. The endpoint answers with 2xx when it has taken the event over. 410 means that it is gone for good; whatever else
it answers may pass. It is left alone as long as it asks for (``Retry-After``). Redirects are not followed: where they lead,
nobody has agreed to send a notice. Addresses that are not public are refused unless they are allowed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from ipaddress import ip_address
from typing import Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.ledger import canonical
from civicflow.plugins.notify.contract import API_VERSION, Notice, PermanentFailure, TemporaryFailure
from civicflow.plugins.notify.files import read_secret_file
from civicflow.plugins.notify.reach import Allowed, connect
from civicflow.plugins.notify.signing import read_secret, signatures
from civicflow.plugins.notify.urls import Place, name_of, place_of, seconds_of, trusting

EXAMPLE: Final = "webhook+https://host.example/notices#secret_file=/etc/civicflow/webhook.secret"
_OPTIONS: Final = ("secret_file", "name", "source", "allow", "ca", "timeout")
_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}
_MOST_SECONDS: Final = 10**9
_GONE: Final = 410


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the receiver compares it with its own clock, whatever the office's clock shows


@attrs.frozen(kw_only=True)
class Endpoint:
    """Where events are posted.

    Attributes:
        scheme: ``https`` or ``http``.
        host: its name.
        port: its port.
        target: path and query; in no ``repr``, since they often hold a token.
        context: which certificates are trusted; the machine's where None.
        allowed: which addresses may be connected to.
        timeout: seconds within which an event must have been taken over.
    """

    scheme: str
    host: str
    port: int
    target: str = attrs.field(repr=False)
    context: ssl.SSLContext | None = None
    allowed: Allowed = attrs.field(factory=Allowed, repr=False)
    timeout: float = 10

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Made once: reading the machine's certificates takes longer than posting a notice."""
        return self.context or ssl.create_default_context()


class Webhook:
    """Posts notices to an endpoint.

    Args:
        endpoint: where.
        secrets: with what they are signed, each as ``whsec_…``, the newest first. Give the old and the new one while a
            receiver changes over.
        name: the channel's name.
        source: who sends, a URI reference; receivers see it as the event's ``source``.
        clock: tells the time that is signed; the machine's where left out.

    Raises:
        InvalidInput: there is no secret, or one is not written as it should be.
    """

    api_version = API_VERSION

    def __init__(
        self,
        endpoint: Endpoint,
        secrets: Iterable[str],
        *,
        name: str = "webhook",
        source: str = "/civicflow",
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.name = name
        self._endpoint, self._source, self._clock = endpoint, source, clock
        self._secrets = tuple(map(read_secret, secrets))
        if not self._secrets:
            raise InvalidInput("a webhook signs what it sends; give it a secret")
        self._closed = False

    def __repr__(self) -> str:
        return f"Webhook({self._endpoint.host!r}, name={self.name!r})"

    def send(self, notice: Notice) -> None:
        """Post a notice.

        Raises:
            TemporaryFailure: the endpoint cannot be reached, or answers otherwise.
            PermanentFailure: it is gone for good.
        """
        if self._closed:
            raise TemporaryFailure(f"the channel {self.name!r} was closed; open it again")
        body = event_of(notice, self._source)
        timestamp = int(self._clock().timestamp())
        status, asked = self._post(
            body,
            {
                "Content-Type": "application/cloudevents+json; charset=utf-8",
                "User-Agent": "civicflow",
                "webhook-id": notice.key,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": signatures(self._secrets, id=notice.key, timestamp=timestamp, body=body),
            },
        )
        if 200 <= status < 300:
            return
        said = f"the endpoint {self._endpoint.host} answered {status}"
        if status == _GONE:
            raise PermanentFailure(f"{said}: it is gone for good")
        if 300 <= status < 400:
            raise TemporaryFailure(f"{said}; redirects are not followed, name the final address")
        raise TemporaryFailure(said, retry_after=asked)

    def close(self) -> None:
        """Send no more; nothing is held."""
        self._closed = True

    def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, timedelta | None]:
        """The status, and for how long the endpoint asked to be left alone."""
        endpoint = self._endpoint
        connection = _Connection(endpoint)
        try:
            with _within(endpoint.timeout, connection):
                connection.request("POST", endpoint.target, body, dict(headers))
                answer = connection.getresponse()
                return answer.status, _wait(answer.getheader("Retry-After"), answer.getheader("Date"))
        except (http.client.HTTPException, OSError) as error:
            why = getattr(error, "verify_message", None) or getattr(error, "strerror", None)
            kind = type(error).__name__ + (f": {why}" if why else "")
            raise TemporaryFailure(f"the endpoint {endpoint.host} did not answer ({kind})") from None
        finally:
            connection.close()


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was checked."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint.host, endpoint.port, timeout=endpoint.timeout)
        self._endpoint = endpoint
        self.aborted = False
        if endpoint.scheme == "https":
            self.default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        """Resolve, check, connect, and protect."""
        endpoint = self._endpoint
        self.sock = connect(endpoint.host, endpoint.port, endpoint.allowed, endpoint.timeout)
        if endpoint.scheme == "https":
            self.sock = endpoint.trust.wrap_socket(self.sock, server_hostname=endpoint.host)

    def abort(self) -> None:
        """Break off, from another thread: whoever waits for an answer waits no longer."""
        self.aborted = True
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _within(seconds: float, connection: _Connection) -> Iterator[None]:
    """So long and no longer, also where the answer comes drop by drop."""
    timer = threading.Timer(seconds, connection.abort)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if connection.aborted:  # half an answer is none, even where it begins with 200
        raise TimeoutError


def event_of(notice: Notice, source: str) -> bytes:
    """A notice as a CloudEvent in JSON: the same bytes at each attempt.

    Its ``id`` is the notice's own name, ``type`` is ``civicflow.notice.`` and the topic, ``subject`` the case.
    """
    return canonical.encode(
        {
            "specversion": "1.0",
            "id": notice.dedupe,
            "source": source,
            "type": f"civicflow.notice.{notice.topic}",
            "subject": notice.case,
            "time": canonical.plain(notice.at),
            "datacontenttype": "application/json",
            "data": {
                "case": notice.case,
                "en": notice.text.en,
                "language": notice.language,
                "recipient": notice.recipient,
                "topic": notice.topic,
                "zh": notice.text.zh,
            },
        }
    )


def open_notifier(url: str) -> Webhook:
    """The endpoint at ``webhook+https://HOST/PATH?QUERY#OPTIONS``, or ``webhook+http://…`` in a net of one's own.

    Options stand behind ``#``, which is never sent: ``secret_file`` (needed; a secret in each line, the newest first),
    ``name`` (the channel's, ``webhook``), ``source`` (of the events), ``allow`` (nets that may be reached though they are
    not public, with commas between), ``ca`` (certificates to trust, a path), ``timeout`` (seconds, 10).

    Raises:
        InvalidInput: with every fault of the URL, or of the files that it names.
    """
    place = place_of(url, example=EXAMPLE, options=_OPTIONS, behind="#")
    scheme = place.scheme.partition("+")[2]
    if scheme not in _PORTS or place.user or place.password:
        msg = "a webhook's URL begins with webhook+https:// (or webhook+http://) and holds no password"
        raise InvalidInput(f"{msg}; write it as in {EXAMPLE}")
    if not place.options.get("secret_file"):
        raise InvalidInput(f"a webhook needs a secret_file; write it as in {EXAMPLE}")
    endpoint = Endpoint(
        scheme=scheme,
        host=place.host,
        port=place.port or _PORTS[scheme],
        target=place.target,
        context=trusting(place.options.get("ca", "")),
        allowed=_allowed(place),
        timeout=seconds_of(place.options, 10),
    )
    return Webhook(
        endpoint,
        read_secret_file(place.options["secret_file"]),
        name=name_of(place.options, "webhook"),
        source=place.options.get("source") or "/civicflow",
    )


def _allowed(place: Place) -> Allowed:
    """The nets of the URL; an address that is written out is checked at once."""
    allowed = Allowed(filter(None, place.options.get("allow", "").split(",")))
    try:
        address = ip_address(place.host)
    except ValueError:  # a name, which is checked when it is connected to
        return allowed
    if address not in allowed:
        raise InvalidInput(f"the address {address} is not public; if it is meant to be reached, allow it")
    return allowed


def _wait(asked: str | None, date: str | None) -> timedelta | None:
    """``Retry-After`` (RFC 9110, section 10.2.3): seconds, or an instant, which counts from the answer's own ``Date``."""
    if asked is None:
        return None
    if asked.strip().isdecimal():
        return timedelta(seconds=min(int(asked), _MOST_SECONDS))
    try:
        return parsedate_to_datetime(asked) - parsedate_to_datetime(date or "")
    except (ValueError, TypeError):
        return None
