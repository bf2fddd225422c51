"""Files that operators keep beside an office: what recipients chose, and where they are reached.

Preferences::

    mandatory: [late, overdue]
    everybody: {channels: [sms], fallback: [mail], quiet: "22:00-07:00 Asia/Shanghai"}
    recipients:
      person:P-1: {channels: [mail], language: en, topics: {returned: []}}
      post:secretary@U-7: {quiet: never}

An address book::

    person:P-1: {smtp: li@example.org, sms: "+86 138 0000 0000"}
    post:secretary@U-7: {smtp: secretary@example.org}
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import attrs

from civicflow.errors import InvalidInput
from civicflow.markup import AnyNode, Bounds, parse_json, parse_yaml
from civicflow.plugins.decoding import decoded
from civicflow.plugins.notify.directory import AddressBook
from civicflow.plugins.notify.preferences import Preferences, Wishes
from civicflow.plugins.notify.quiet import QuietHours
from civicflow.texts import Catalogue
from civicflow.workflows.files.known import Known
from civicflow.workflows.files.shapes import Fields, Key, Many, Reading, Shape, Spoilt, Table, Word, joined, pairs_of
from civicflow.workflows.files.whole import Format

FORMATS: Final[Mapping[str, Format]] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}

_BOUNDS: Final = Bounds(
    size=16 * 1024 * 1024,
    depth=8,
    nodes=1_000_000,
    instead="let a program of yours look them up, which keeps the protocol | 请用程序按协议查询",
)
_RECIPIENTS: Final = ("person:", "post:")
_CHANNEL: Final = Word("a.name", r"[A-Za-z][A-Za-z0-9_+.-]*")
_CHANNELS: Final = Many(_CHANNEL)
_TOPIC: Final = r"[A-Za-z][A-Za-z0-9_.-]*"
_LANGUAGES: Final = ("en", "zh", "both")
_TEXTS: Final = Catalogue(
    {
        "preferences": "{source} holds no preferences that can be used; nothing was loaded"
        " | {source}不是可用的通知偏好文件，未载入任何内容",
        "addresses": "{source} is no address book that can be used; nothing was loaded"
        " | {source}不是可用的通讯录文件，未载入任何内容",
        "recipient": "a recipient, as in person:P-1 or post:secretary@U-1 | 收件人，如person:P-1或post:secretary@U-1",
        "language": "a language: en, zh or both | 语言：en、zh或both",
        "quiet": "quiet hours, as in 22:00-07:00 Asia/Shanghai, or never"
        " | 免打扰时段，如22:00-07:00 Asia/Shanghai，或never",
    }
)


@attrs.frozen
class _Language:
    """A language, or both."""

    def read(self, node: AnyNode, path: str, at: Reading) -> str:
        """The word."""
        word = Word().read(node, path, at)
        if word not in _LANGUAGES:
            raise at.expected(node, path, _TEXTS["language"])
        return word

    def write(self, value: str) -> str:
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """One of the words."""
        return {"enum": [*_LANGUAGES]}


@attrs.frozen
class _Quiet:
    """Quiet hours, or that there are none."""

    def read(self, node: AnyNode, path: str, at: Reading) -> QuietHours | Literal["never"]:
        """The hours."""
        written = Word().read(node, path, at)
        if written == "never":
            return "never"
        try:
            return QuietHours.of(written)
        except InvalidInput:
            raise at.expected(node, path, _TEXTS["quiet"]) from None

    def write(self, value: QuietHours | Literal["never"]) -> str:
        """As people write it."""
        return str(value)

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "minLength": 1}


@attrs.frozen
class _Recipients:
    """A record whose keys are recipients."""

    each: Shape

    def read(self, node: AnyNode, path: str, at: Reading) -> dict[str, Any]:
        """What stands under each; every fault is noted."""
        before, given = len(at.found), dict[str, Any]()
        for key, value in pairs_of(node, path, at):
            if not key.text.startswith(_RECIPIENTS) or key.text.endswith(":"):
                at.expected(key, joined(path, key.text), _TEXTS["recipient"])
                continue
            try:
                given[key.text] = self.each.read(value, joined(path, key.text), at)
            except Spoilt:
                continue
        if len(at.found) > before:
            raise Spoilt
        return given

    def write(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Each under its address."""
        return {recipient: self.each.write(item) for recipient, item in value.items()}

    def schema(self) -> dict[str, Any]:
        """An object whose keys are recipients."""
        return {
            "type": "object",
            "propertyNames": {"pattern": "^(?:person|post):."},
            "additionalProperties": self.each.schema(),
        }


_WISHES: Final = Fields(
    {
        "channels": Key(_CHANNELS, "by which channels, for topics that are not named | 未单列主题时使用的渠道"),
        "topics": Key(Table(_CHANNELS, _TOPIC), "by topic, by which channels; none switches it off | 各主题使用的渠道"),
        "fallback": Key(_CHANNELS, "what to try when a channel gave up | 渠道失败后的备用渠道"),
        "quiet": Key(_Quiet(), "when not to disturb | 免打扰时段"),
        "language": Key(_Language(), "in which language | 语言"),
    },
    "wishes",
)
_PREFERENCES: Final = Fields(
    {
        "mandatory": Key(Many(Word("a.name", _TOPIC)), "topics that nobody can switch off | 不可关闭的主题"),
        "everybody": Key(_WISHES, "what holds where a recipient said nothing | 默认偏好"),
        "recipients": Key(_Recipients(_WISHES), "what each recipient chose | 各收件人的选择"),
    },
    "preferences",
)
_BOOK: Final = _Recipients(Table(Word(), _CHANNEL.pattern))


def read_preferences(text: str, *, source: str, format: Format = "yaml") -> Preferences:
    """The preferences of a file.

    Args:
        text: the whole file.
        source: its name, for messages.
        format: how it is written.

    Raises:
        InvalidInput: with every fault: its line, column, value and reason, in both languages.
        CivicflowError: if YAML is to be read and PyYAML is missing.
    """
    given = _read(_PREFERENCES, text, source, format, "preferences")
    return Preferences(
        mandatory=given.get("mandatory", ()),
        everybody=Wishes(**given.get("everybody", {})),
        recipients={who: Wishes(**wishes) for who, wishes in given.get("recipients", {}).items()},
    )


def read_addresses(text: str, *, source: str, format: Format = "yaml") -> AddressBook:
    """The address book of a file.

    Args:
        text: the whole file.
        source: its name, for messages.
        format: how it is written.

    Raises:
        InvalidInput: with every fault of its form; the addresses themselves are judged by who sends to them.
        CivicflowError: if YAML is to be read and PyYAML is missing.
    """
    return AddressBook(_read(_BOOK, text, source, format, "addresses"))


def read_preferences_file(path: str | Path) -> Preferences:
    """`read_preferences` of a YAML or JSON file, told by its ending.

    Raises:
        InvalidInput: with every fault of the file, or it cannot be read.
    """
    text, format = decoded(Path(path), "preferences", FORMATS)
    return read_preferences(text, source=Path(path).name, format=format)


def read_addresses_file(path: str | Path) -> AddressBook:
    """`read_addresses` of a YAML or JSON file, told by its ending.

    Raises:
        InvalidInput: with every fault of the file, or it cannot be read.
    """
    text, format = decoded(Path(path), "address book", FORMATS)
    return read_addresses(text, source=Path(path).name, format=format)


def read_secret_file(path: str | Path) -> tuple[str, ...]:
    """The lines of a file with secrets, without blanks around them; empty lines are none.

    Raises:
        InvalidInput: it cannot be read, or holds no line. What it holds is in no message.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InvalidInput(f"the secret file {str(path)!r} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"the secret file {str(path)!r} is not UTF-8; save it as UTF-8") from None
    secrets = tuple(line.strip() for line in lines if line.strip())
    if not secrets:
        raise InvalidInput(f"the secret file {str(path)!r} is empty; write a secret on a line of its own")
    return secrets


def _read(shape: Shape, text: str, source: str, format: Format, what: str) -> Any:
    text = text.removeprefix("\ufeff")
    node = parse_yaml(text, source, _BOUNDS) if format == "yaml" else parse_json(text, source, _BOUNDS)
    at = Reading(source=source, known=Known())
    try:
        return shape.read(node, "", at)
    except Spoilt:
        raise InvalidInput(_TEXTS.say(what, source=source), at.found) from None
