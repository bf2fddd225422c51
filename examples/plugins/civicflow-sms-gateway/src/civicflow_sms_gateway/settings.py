"""What a city has agreed with its gateway, in a file of TOML beside the office's own.

::

    endpoint = "https://sms.example.org/v1/messages"
    account = "shangjie"
    key_file = "sms.key"  # the secret; paths are taken from where this file lies
    numbers = "numbers.csv"
    most_parts = 3  # a text is shortened to so many messages
    alphabet = "ucs2"  # as mainland gateways count; "shortest" elsewhere
    seconds = 5  # how long one attempt may take

    [signatures]  # 【…】, who speaks; one for a topic, or the default
    default = "上街区12345"

    [templates.default]  # what the carriers approved, by topic or the default
    code = "SMS_1001"
    text = "${words}（${case}）"

A template's text is written down here, too: the gateway fills it in, and we have to know how long the whole becomes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template as Pattern
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow_sms_gateway.parts import DOTS, Alphabet, alphabet, split

DEFAULT: Final = "default"
GAPS: Final = frozenset({"words", "case", "topic"})
"""What a template may have gaps for."""

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_TABLES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "endpoint": str,
    "account": str,
    "key_file": str,
    "numbers": str,
    "most_parts": int,
    "alphabet": str,
    "seconds": (int, float),
    "signatures": dict,
    "templates": dict,
}
_NEEDED: Final = ("endpoint", "account", "key_file", "numbers", "signatures", "templates")
_LONGEST_CASE: Final = "c" * 40


@attrs.frozen
class Template:
    """A text that the carriers approved.

    Attributes:
        code: the gateway's name of it.
        text: with gaps as ``${words}``.
    """

    code: str
    text: str

    def filled(self, parameters: Mapping[str, str]) -> str:
        """What the recipient reads, the signature aside."""
        return Pattern(self.text).substitute(parameters)

    @property
    def gaps(self) -> frozenset[str]:
        """The parameters that it takes."""
        return frozenset(Pattern(self.text).get_identifiers())


@attrs.frozen(kw_only=True)
class Settings:
    """What a city has agreed with its gateway.

    Attributes:
        endpoint: where messages are posted; ``https://``, or ``http://`` on this machine.
        account: who pays.
        key: the account's secret.
        numbers: the file of numbers.
        signatures: who speaks, by topic; ``default`` for all others.
        templates: by topic; ``default`` for all others.
        most_parts: of how many short messages a text may consist; longer ones are shortened.
        alphabet: ``ucs2`` where the gateway counts every text so, ``shortest`` where it packs what can be packed.
        seconds: how long one attempt may take.
    """

    endpoint: str
    account: str
    key: str = attrs.field(repr=False)
    numbers: Path
    signatures: Mapping[str, str]
    templates: Mapping[str, Template]
    most_parts: int = 3
    alphabet: Literal["ucs2", "shortest"] = "ucs2"
    seconds: float = 5

    def signature(self, topic: str) -> str:
        """Who speaks on a topic."""
        return self.signatures.get(topic, self.signatures[DEFAULT])

    def template(self, topic: str) -> Template:
        """The template of a topic."""
        return self.templates.get(topic, self.templates[DEFAULT])

    def parts(self, text: str) -> int:
        """How many short messages a text is, as the gateway counts."""
        by: Alphabet = alphabet(text) if self.alphabet == "shortest" else "ucs2"
        return len(split(text, by))


def read_settings(path: Path) -> Settings:
    """The settings of a file.

    Raises:
        InvalidInput: it cannot be read, or with everything that is wrong with it; the secret is never told.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"the settings {path.name!r} cannot be read: {error.strerror}; name the file as sms-gateway:///path/sms.toml"
        raise InvalidInput(msg) from error
    except ValueError as error:  # not UTF-8, or no TOML
        msg = f"the settings {path.name!r} are no TOML: {error}"
        raise InvalidInput(msg) from error
    faults = [*_shape(said)]
    if not faults:
        faults += _agreement(said)
    key = "" if faults else _key(path.parent / said["key_file"], faults)
    if faults:
        msg = f"the settings {path.name!r} cannot be used"
        raise InvalidInput(msg, faults)
    settings = Settings(
        endpoint=said["endpoint"],
        account=said["account"],
        key=key,
        numbers=path.parent / said["numbers"],
        signatures=said["signatures"],
        templates={topic: Template(**template) for topic, template in said["templates"].items()},
        **{name: said[name] for name in ("most_parts", "alphabet", "seconds") if name in said},
    )
    if faults := [*_lengths(settings)]:
        msg = f"the settings {path.name!r} cannot be used"
        raise InvalidInput(msg, faults)
    return settings


def _shape(said: Mapping[str, Any]) -> Iterator[Fault]:
    """What is missing, unknown, or of another type."""
    for name in _NEEDED:
        if name not in said:
            yield Fault(reason="is missing", path=name)
    for name, value in said.items():
        wanted = _TABLES.get(name)
        if wanted is None:
            yield Fault(reason=f"is not known; known are {', '.join(_TABLES)}", path=name)
        elif not isinstance(value, wanted) or isinstance(value, bool):
            yield Fault(reason="is of another type than it should be", value=str(value), path=name)
    yield from _texts("signatures", said.get("signatures"))
    templates = said.get("templates")
    if isinstance(templates, dict):
        for topic, template in templates.items():
            yield from _texts(f"templates.{topic}", template)
            if not isinstance(template, dict) or template.keys() != {"code", "text"}:
                yield Fault(reason="has a code and a text, and nothing else", path=f"templates.{topic}")


def _texts(path: str, table: object) -> Iterator[Fault]:
    for name, value in table.items() if isinstance(table, dict) else ():
        if not isinstance(value, str) or not value.strip():
            yield Fault(reason="is a text that is not empty", value=str(value), path=f"{path}.{name}")


def _agreement(said: Mapping[str, Any]) -> Iterator[Fault]:
    """What is of the right type and can still not be meant."""
    yield from _place(said["endpoint"])
    if ":" in said["account"] or not said["account"].isprintable():
        yield Fault(reason="is a name without a colon (RFC 7617)", value=said["account"], path="account")
    if not 1 <= said.get("most_parts", 3) <= 10:
        yield Fault(reason="is from 1 to 10", value=str(said["most_parts"]), path="most_parts")
    if not 0 < said.get("seconds", 5) <= 30:
        yield Fault(reason="is more than 0 and at most 30", value=str(said["seconds"]), path="seconds")
    if said.get("alphabet", "ucs2") not in {"ucs2", "shortest"}:
        yield Fault(reason="is ucs2 or shortest", value=said["alphabet"], path="alphabet")
    for table in ("signatures", "templates"):
        if DEFAULT not in said[table]:
            yield Fault(reason="has no default, which every other topic takes", path=table)
    for topic, template in said["templates"].items():
        pattern = Pattern(template["text"])
        gaps = set(pattern.get_identifiers()) if pattern.is_valid() else set()
        if "words" not in gaps or gaps - GAPS:
            reason = f"has ${{words}} and no other gaps than {', '.join(sorted(GAPS))}"
            yield Fault(reason=reason, value=template["text"], path=f"templates.{topic}.text")


def _place(endpoint: str) -> Iterator[Fault]:
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if host is None or parts.username is not None or parts.fragment:
        yield Fault(reason="is no URL such as https://sms.example.org/v1/messages", path="endpoint")
    elif parts.scheme != "https" and not (parts.scheme == "http" and host in _HERE):
        yield Fault(reason="is https://…, since numbers and secrets go there", value=endpoint, path="endpoint")


def _lengths(settings: Settings) -> Iterator[Fault]:
    for topic, template in settings.templates.items():
        least = {"words": DOTS, "case": _LONGEST_CASE, "topic": topic}
        if settings.parts(f"【{settings.signature(topic)}】{template.filled(least)}") > settings.most_parts:
            yield Fault(reason="leaves no room for words; raise most_parts", path=f"templates.{topic}.text")


def _key(path: Path, faults: list[Fault]) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        faults.append(Fault(reason=f"cannot be read: {why}", value=path.name, path="key_file"))
        return ""
    if not key or not key.isascii() or not key.isprintable():
        faults.append(Fault(reason="holds no secret in ASCII on one line", value=path.name, path="key_file"))
    return key
