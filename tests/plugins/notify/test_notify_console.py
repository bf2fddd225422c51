"""One line for each notice, on a standard stream."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime

import pytest

from civicflow.errors import InvalidInput
from civicflow.plugins.backends import open_notifier
from civicflow.plugins.notify.contract import Notice
from civicflow.texts import Text

NOTICE = Notice(
    dedupe="n1",
    case="T-1/health@2",
    recipient="post:secretary@A-1",
    topic="late",
    text=Text("the limit has passed", "已超期"),
    at=datetime(2026, 5, 1, 8, 30, tzinfo=UTC),
)
LINE = "2026-05-01 08:30 post:secretary@A-1 [late] T-1/health@2: the limit has passed | 已超期\n"


@pytest.mark.parametrize(("url", "stream"), [("console://", 0), ("console://stdout", 0), ("console://stderr", 1)])
def test_writes_to_its_stream(url: str, stream: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Both languages stand in one line, on the stream of the URL; closing does not close it."""
    notifier = open_notifier(url)
    notifier.send(NOTICE)
    notifier.close()
    notifier.send(NOTICE)
    written = capsys.readouterr()
    assert (written.out, written.err)[stream] == LINE * 2
    assert (written.out, written.err)[1 - stream] == ""


def test_controls_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What somebody wrote into a ticket neither breaks the line nor steers the terminal."""
    wicked = Text("a\nb\x1b[2J\r", "c\u202e\u2028d")
    open_notifier("console://").send(_with(wicked))
    assert capsys.readouterr().out.endswith("a\\nb\\x1b[2J\\r | c\\u202e\\u2028d\n")


def test_a_console_without_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that cannot show a character gets its escape, not an error."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    open_notifier("console://").send(NOTICE)
    assert raw.getvalue().decode("ascii").endswith("passed | \\u5df2\\u8d85\\u671f\n")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    open_notifier("console://").send(NOTICE)


def test_refuses_another_stream() -> None:
    """There are two streams to write to."""
    with pytest.raises(InvalidInput, match="'stdin'"):
        open_notifier("console://stdin")


def _with(text: Text) -> Notice:
    return Notice(dedupe="n2", case="T-1", recipient="person:P-1", topic="late", text=text, at=NOTICE.at)
