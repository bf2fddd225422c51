"""``sms-gateway:///etc/civicflow/sms.toml``: each notice as a short message, posted to the city's gateway.

One attempt is one request; the outbox tries again. The gateway is given the notice's own key (``Idempotency-Key``), so that
a message whose answer got lost is not sent twice. An answer that never came is a failure that may pass; so is everything
about the account. No number, text or secret stands in an error, since errors are stored.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

import attrs

from civicflow.errors import InvalidInput
from civicflow.plugins.notify.contract import Notice, PermanentFailure, TemporaryFailure
from civicflow_sms_gateway.codes import failure
from civicflow_sms_gateway.numbers import Directory, Numbers
from civicflow_sms_gateway.parts import shortened
from civicflow_sms_gateway.settings import Settings, read_settings

_MOST_READ: Final = 1 << 16


@attrs.define(eq=False)
class SmsGateway:
    """Sends notices as short messages; it holds no connection, so any thread may use it.

    Attributes:
        settings: what the city has agreed with its gateway.
        numbers: whose number is which.
    """

    settings: Settings
    numbers: Numbers = attrs.field(repr=False)
    name: str = "sms-gateway"
    api_version: int = 1

    def send(self, notice: Notice) -> None:
        """Hand a notice over to the gateway.

        Raises:
            TemporaryFailure: the gateway was not reached, did not answer in time, or refused for now.
            PermanentFailure: no number is known, or the gateway refused for good.
        """
        number = self.numbers.number_of(notice.recipient)
        if number is None:
            raise PermanentFailure("no number is known for the recipient")
        message = json.dumps(self.message(notice, number), ensure_ascii=True).encode("ascii")
        status, headers, body = self._post(message, notice.key)
        code = _code(body)
        if status == 200 and code == "OK":
            return
        wait = _wait(headers.get("Retry-After", ""), headers.get("Date", ""))
        if code:
            raise failure(code, retry_after=wait)
        if status in {401, 403}:
            raise failure("ACCOUNT_REFUSED", retry_after=wait)
        raise TemporaryFailure(f"the gateway answered with status {status} and no code", retry_after=wait)

    def close(self) -> None:
        """Nothing is held."""

    def message(self, notice: Notice, number: str) -> dict[str, Any]:
        """What is posted: the words in the template of their topic, shortened to what the city pays for.

        Args:
            notice: what to say.
            number: to whom, in E.164.
        """
        settings, topic = self.settings, notice.topic
        template, signature = settings.template(topic), settings.signature(topic)

        def parameters(words: str) -> Mapping[str, str]:
            return {"words": words, "case": notice.case, "topic": topic}

        def fits(words: str) -> bool:
            return settings.parts(f"【{signature}】{template.filled(parameters(words))}") <= settings.most_parts

        words = "".join(c if c.isprintable() else " " for c in notice.words)
        filled = parameters(shortened(words, fits))
        return {
            "account": settings.account,
            "to": number,
            "signature": signature,
            "template": template.code,
            "parameters": {gap: filled[gap] for gap in sorted(template.gaps)},
        }

    def _post(self, message: bytes, key: str) -> tuple[int, Mapping[str, str], bytes]:
        """The answer of the gateway: its status, its headers, and its body as far as we read it."""
        endpoint = urlsplit(self.settings.endpoint)
        kind = http.client.HTTPSConnection if endpoint.scheme == "https" else http.client.HTTPConnection
        secret = base64.b64encode(f"{self.settings.account}:{self.settings.key}".encode()).decode("ascii")
        path = (endpoint.path or "/") + (f"?{endpoint.query}" if endpoint.query else "")
        until = time.monotonic() + self.settings.seconds
        connection = kind(str(endpoint.hostname), endpoint.port, timeout=self.settings.seconds)
        try:
            connection.request(
                "POST",
                path,
                message,
                {
                    "Authorization": f"Basic {secret}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": f'"{key}"',
                },
            )
            answer = connection.getresponse()
            return answer.status, dict(answer.headers.items()), _read(answer, until)
        except (OSError, http.client.HTTPException) as error:
            # The cause may name the address; its kind is enough for who looks at the outbox.
            raise TemporaryFailure(f"the gateway was not reached or did not answer: {type(error).__name__}") from None
        finally:
            connection.close()


def open_notifier(url: str) -> SmsGateway:
    """The notifier with the settings at ``sms-gateway:///path/sms.toml``.

    Raises:
        InvalidInput: with everything that is wrong with the settings or the directory of numbers.
    """
    parts = urlsplit(url)
    path = Path(url2pathname(parts.path))
    if parts.netloc or parts.query or parts.fragment or not path.is_absolute():
        msg = f"the settings of the gateway are named as sms-gateway:///path/sms.toml; got {url!r}"
        raise InvalidInput(msg)
    settings = read_settings(path)
    return SmsGateway(settings, Directory(settings.numbers))


def _read(answer: http.client.HTTPResponse, until: float) -> bytes:
    """The body, as long as there is time for it: a gateway that drips holds up nobody else."""
    body = b""
    while len(body) < _MOST_READ and (chunk := answer.read1(_MOST_READ)):
        body += chunk
        if time.monotonic() > until:
            raise TimeoutError
    return body


def _code(body: bytes) -> str:
    """The code in an answer; empty where there is none, as in the page of a proxy."""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, str) and re.fullmatch(r"[A-Z_]{1,40}", code) else ""


def _wait(retry_after: str, date: str) -> timedelta | None:
    """How long an answer asks to be left alone (RFC 9110, 10.2.3): seconds, or an instant by the gateway's own clock."""
    if re.fullmatch(r"\d{1,9}", retry_after):
        return timedelta(seconds=int(retry_after))
    try:
        wait = _instant(retry_after) - _instant(date)
    except (ValueError, TypeError):
        return None
    return wait if wait > timedelta(0) else None


def _instant(text: str) -> datetime:
    found = parsedate_to_datetime(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
