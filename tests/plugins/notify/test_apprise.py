"""The services that Apprise knows: its own JSON service stands for them, posting to a web server on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.plugins.notify.counterparts import Posts, web_server

from civicflow.errors import InvalidInput
from civicflow.plugins.backends import open_notifier
from civicflow.plugins.notify.contract import Notice, Notifier, PermanentFailure, TemporaryFailure
from civicflow.testing import NotifierContract
from civicflow.testing.notifiers import Arrived, Refusing
from civicflow.texts import Text


class TestOnePlace(NotifierContract):
    """``apprise+json://…``: every notice goes to one place."""

    secrets = ("t0ken", "passw0rd")

    @pytest.fixture(autouse=True)
    def _server(self) -> Iterator[None]:
        self.posts = Posts()
        with web_server(self.posts) as port:
            self.url = f"apprise+json://user:passw0rd@127.0.0.1:{port}/t0ken"
            yield

    def open_notifier(self) -> Notifier:
        """A channel to this test's server."""
        return open_notifier(self.url)

    def arrived(self) -> Sequence[Arrived]:
        """What was taken over."""
        return [Arrived(key="", words=posted.said["message"]) for posted in self.posts.taken]

    def refuse(self, how: Refusing) -> None:
        """Apprise does not tell what is for good."""
        if how == "permanent":
            super().refuse(how)
        self.posts.answers.append((500, {}))


class TestDirectory(TestOnePlace):
    """``apprise://?directory=…``: each recipient has a place of their own."""

    stranger = "person:P-9"

    @pytest.fixture(autouse=True)
    def _book(self, _server: None, tmp_path: Path) -> None:
        book = tmp_path / "addresses.yaml"
        theirs = self.url.removeprefix("apprise+")
        book.write_text(f"person:P-1: {{chat: '{theirs}'}}\nperson:P-2: {{chat: nowhere}}\n", encoding="utf-8")
        self.url = f"apprise://?directory={book}&name=chat"

    def test_what_is_no_url_of_a_service(self) -> None:
        """Trying again would not help."""
        notice = self.notice(recipient="person:P-2")
        with self.opened() as notifier, pytest.raises(PermanentFailure, match="no URL of Apprise"):
            notifier.send(notice)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("apprise://", "needs a directory"),
        ("apprise://?directry=x", "did you mean 'directory'"),
        ("apprise+nothing://s3cret", "knows no such URL"),
    ],
)
def test_urls_that_are_none(url: str, said: str) -> None:
    """With what would be right."""
    with pytest.raises(InvalidInput) as raised:
        open_notifier(url)
    assert said in raised.value.say("en")
    assert "s3cret" not in raised.value.say("en")


@pytest.mark.parametrize(
    "url",
    [
        "apprise+wecombot://1234abcd-12ab-12ab-12ab-1234567890ab",
        "apprise+dingtalk://0123456789abcdef0123/13800000000",
        "apprise+feishu://0123456789-abcdef",
    ],
)
def test_services_of_the_field_are_there(url: str) -> None:
    """WeCom, DingTalk and Feishu are opened by their Apprise URLs; nothing is sent here."""
    open_notifier(url).close()


def test_closed() -> None:
    """What is sent then comes again later."""
    notifier = open_notifier("apprise+json://127.0.0.1:9/")
    notifier.close()
    at, text = datetime(2026, 5, 1, tzinfo=UTC), Text("late", "已超期")
    with pytest.raises(TemporaryFailure, match="was closed"):
        notifier.send(Notice(dedupe="n", case="T-1", recipient="person:P-1", topic="late", text=text, at=at))
