"""Webhooks, to a web server on this machine, checked by the libraries of others."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from standardwebhooks.webhooks import Webhook as Receiver
from standardwebhooks.webhooks import WebhookVerificationError
from tests.plugins.notify.counterparts import SECRETS, Posted, Posts, certified, web_server

from civicflow.errors import InvalidInput
from civicflow.plugins.backends import open_notifier
from civicflow.plugins.notify.contract import Notice, Notifier, PermanentFailure, TemporaryFailure
from civicflow.plugins.notify.reach import Allowed
from civicflow.plugins.notify.signing import read_secret, signatures
from civicflow.plugins.notify.webhook import Endpoint, Webhook, event_of
from civicflow.testing import NotifierContract
from civicflow.testing.notifiers import Arrived, Refusing
from civicflow.texts import Text

NOW = datetime.now(UTC)  # noqa: TID251 - receivers look at the machine's clock
WORDS = st.text(st.characters(exclude_categories=["Cs"]))


def _notice(dedupe: str = "T-1:3:0:person:P-1:webhook", **more: Any) -> Notice:
    said = {"case": "T-1", "recipient": "person:P-1", "topic": "late", "text": Text("late", "已超期"), **more}
    return Notice(dedupe=dedupe, at=datetime(2026, 5, 1, 8, 30, tzinfo=UTC), **said)


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A file with the new and the old secret."""
    path = tmp_path / "webhook.secret"
    path.write_text("\n".join(SECRETS), encoding="utf-8")
    return path


class TestWebhook(NotifierContract):
    """It keeps the contract; whatever arrives is signed by the new secret and by the old one."""

    secrets = (*SECRETS, *(secret.removeprefix("whsec_") for secret in SECRETS), "t0ken")

    @pytest.fixture(autouse=True)
    def _server(self, secrets: Path) -> Iterator[None]:
        self.posts = Posts()
        with web_server(self.posts) as port:
            self.url = f"webhook+http://127.0.0.1:{port}/hook?t=t0ken#secret_file={secrets}&allow=127.0.0.0/8"
            yield

    def open_notifier(self) -> Notifier:
        """A channel to this test's server."""
        return open_notifier(self.url)

    def arrived(self) -> Sequence[Arrived]:
        """What was taken over."""
        return [_checked(posted) for posted in self.posts.taken]

    def refuse(self, how: Refusing) -> None:
        """Once."""
        self.posts.refuse(how)


def _checked(posted: Posted) -> Arrived:
    for secret in SECRETS:
        Receiver(secret).verify(posted.body, dict(posted.headers))
    data = posted.said["data"]
    words = data[data["language"]] if data["language"] else f"{data['en']} {data['zh']}"
    return Arrived(key=posted.headers["webhook-id"], words=words)


@pytest.fixture
def posts() -> Posts:
    """What the server of a test has."""
    return Posts()


@pytest.fixture
def hook(posts: Posts) -> Iterator[Webhook]:
    """A channel to a server."""
    with web_server(posts) as port:
        yield Webhook(_endpoint(port), SECRETS)


def _endpoint(port: int, **more: Any) -> Endpoint:
    said = {"scheme": "http", "host": "127.0.0.1", "target": "/hook", "allowed": Allowed(["127.0.0.1"]), **more}
    return Endpoint(port=port, **said)


class TestEvents:
    """CloudEvents 1.0."""

    def test_the_library_of_others_reads_it(self, hook: Webhook, posts: Posts) -> None:
        """With every attribute where it looks for it."""
        hook.send(_notice())
        (posted,) = posts.taken
        headers = {"content-type": posted.headers["content-type"]}
        event = from_structured_event(HTTPMessage(headers=headers, body=posted.body), JSONFormat())
        assert (event.get_id(), event.get_source()) == (_notice().dedupe, "/civicflow")
        assert (event.get_type(), event.get_subject()) == ("civicflow.notice.late", "T-1")
        assert (event.get_time(), event.get_specversion()) == (_notice().at, "1.0")
        assert event.get_datacontenttype() == "application/json"
        assert event.get_data() == {
            "case": "T-1",
            "en": "late",
            "language": None,
            "recipient": "person:P-1",
            "topic": "late",
            "zh": "已超期",
        }

    @given(WORDS, WORDS)
    def test_one_notice_has_one_spelling(self, dedupe: str, words: str) -> None:
        """The same bytes at each attempt, whatever they say."""
        one, two = (event_of(_notice(dedupe, text=Text(words, words)), "/town") for _ in range(2))
        assert one == two


class TestSignatures:
    """Standard Webhooks."""

    @given(st.binary(min_size=24, max_size=64), st.binary(max_size=100).filter(_is_text))
    def test_the_library_of_others_agrees(self, key: bytes, body: bytes) -> None:
        """On every secret and every body that it can read."""
        secret, stamp = "whsec_" + base64.b64encode(key).decode(), int(NOW.timestamp())
        ours = signatures([read_secret(secret)], id="msg_1", timestamp=stamp, body=body)
        assert ours == Receiver(secret).sign("msg_1", datetime.fromtimestamp(stamp, UTC), body.decode())

    def test_a_receiver_may_change_over(self, hook: Webhook, posts: Posts) -> None:
        """While both secrets sign, it may hold either; a third one opens nothing, nor does another body."""
        hook.send(_notice())
        (posted,) = posts.taken
        _checked(posted)
        for body, secret in ((posted.body, "whsec_" + "A" * 32), (posted.body + b" ", SECRETS[0])):
            with pytest.raises(WebhookVerificationError):
                Receiver(secret).verify(body, dict(posted.headers), json_parse=False)

    def test_each_attempt_is_signed_at_its_own_time(self, posts: Posts) -> None:
        """Under the same id and with the same body, so that a late one is not refused as too old."""
        with web_server(posts) as port:
            clock = iter([NOW - timedelta(hours=2), NOW]).__next__
            hook = Webhook(_endpoint(port), SECRETS, clock=clock)
            hook.send(_notice())
            hook.send(_notice())
        old, new = posts.taken
        assert (old.body, old.headers["webhook-id"]) == (new.body, new.headers["webhook-id"])
        with pytest.raises(WebhookVerificationError, match="too old"):
            _checked(old)
        _checked(new)

    @pytest.mark.parametrize("wrong", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_***", "c2VjcmV0" * 8])
    def test_a_secret_that_is_none(self, wrong: str) -> None:
        """Too short, no Base64, or without its prefix; it is not in the message."""
        with pytest.raises(InvalidInput, match="written as whsec_") as raised:
            Webhook(_endpoint(80), [wrong])
        assert not wrong or wrong == "whsec_" or wrong not in str(raised.value)

    def test_nothing_is_sent_unsigned(self) -> None:
        """It needs a secret."""
        with pytest.raises(InvalidInput, match="give it a secret"):
            Webhook(_endpoint(80), [])


class TestAnswers:
    """Whether to try again, and when."""

    @pytest.mark.parametrize("status", [200, 201, 202, 204])
    def test_taken_over(self, status: int, hook: Webhook, posts: Posts) -> None:
        """Every 2xx."""
        posts.answers.append((status, {}))
        hook.send(_notice())
        assert len(posts.taken) == 1

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504])
    def test_may_pass(self, status: int, hook: Webhook, posts: Posts) -> None:
        """Whatever an endpoint answers, it may be mended."""
        posts.answers.append((status, {}))
        with pytest.raises(TemporaryFailure, match=f"127.0.0.1 answered {status}") as raised:
            hook.send(_notice())
        assert raised.value.retry_after is None

    def test_gone_for_good(self, hook: Webhook, posts: Posts) -> None:
        """410, as Standard Webhooks has it."""
        posts.answers.append((410, {}))
        with pytest.raises(PermanentFailure, match="gone for good"):
            hook.send(_notice())

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, status: int, hook: Webhook, posts: Posts) -> None:
        """Nobody agreed to send a notice there."""
        posts.answers.append((status, {"Location": "/elsewhere"}))
        with pytest.raises(TemporaryFailure, match="redirects are not followed"):
            hook.send(_notice())
        assert [posted.path for posted in posts.seen] == ["/hook"]

    @pytest.mark.parametrize(
        ("headers", "wait"),
        [
            ({"Retry-After": "120"}, timedelta(minutes=2)),
            ({"Retry-After": " 0 "}, timedelta(0)),
            ({"Retry-After": "9" * 400}, timedelta(seconds=10**9)),
            ({"Retry-After": "soon"}, None),
            ({"Retry-After": "-5"}, None),
        ],
    )
    def test_it_is_left_alone_as_long_as_it_asks(
        self, headers: dict[str, str], wait: timedelta | None, hook: Webhook, posts: Posts
    ) -> None:
        """In seconds."""
        posts.answers.append((429, headers))
        with pytest.raises(TemporaryFailure) as raised:
            hook.send(_notice())
        assert raised.value.retry_after == wait

    def test_until_an_instant_by_its_own_clock(self, hook: Webhook, posts: Posts) -> None:
        """However wrong that clock is."""

        def busy(request: BaseHTTPRequestHandler) -> None:
            lines = ["Date: Fri, 01 May 1998 10:00:00 GMT", "Retry-After: Fri, 01 May 1998 10:05:00 GMT"]
            request.wfile.write("\r\n".join(["HTTP/1.0 503 busy", *lines, "", ""]).encode())

        posts.answers.append(busy)
        with pytest.raises(TemporaryFailure) as raised:
            hook.send(_notice())
        assert raised.value.retry_after == timedelta(minutes=5)

    @pytest.mark.parametrize("cut", [b"", b"HTTP/1.1 20", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nA: b\r\n"])
    def test_an_answer_that_breaks_off(self, cut: bytes, hook: Webhook, posts: Posts) -> None:
        """Whether it was taken over nobody knows; it is sent again under the same id."""

        def breaking(request: BaseHTTPRequestHandler) -> None:
            request.wfile.write(cut)
            request.connection.shutdown(socket.SHUT_RDWR)

        posts.answers.append(breaking)
        if cut.endswith(b"b\r\n"):  # the standard library takes headers that end too soon
            hook.send(_notice())
            return
        with pytest.raises(TemporaryFailure, match="did not answer"):
            hook.send(_notice())
        hook.send(_notice())
        assert len({posted.headers["webhook-id"] for posted in posts.seen}) == 1

    @pytest.mark.parametrize("drop", [b"", b"x"], ids=["silent", "drop by drop"])
    def test_an_answer_that_does_not_come(self, drop: bytes, posts: Posts) -> None:
        """It is waited for as long as was said, also where each byte comes in time."""
        over: list[bool] = []

        def slow(request: BaseHTTPRequestHandler) -> None:
            try:
                request.wfile.write(b"HTTP/1.1 200 OK\r\nA: ")
                while not over:
                    request.wfile.write(drop)
                    time.sleep(0.02)
            except OSError:
                pass

        posts.answers.append(slow)
        with web_server(posts) as port:
            hook = Webhook(_endpoint(port, timeout=0.2), SECRETS)
            with pytest.raises(TemporaryFailure, match="did not answer"):
                hook.send(_notice())
            over.append(True)

    def test_nobody_there(self, posts: Posts) -> None:
        """It may come back."""
        with web_server(posts) as port:
            pass
        with pytest.raises(TemporaryFailure, match="ConnectionRefusedError: Connection refused"):
            Webhook(_endpoint(port), SECRETS).send(_notice())


class TestReach:
    """Only what is public is connected to, unless it is allowed."""

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::a9fe:a9fe",
        ],
    )
    def test_what_is_not_public(self, address: str) -> None:
        """This machine, local nets, the cloud's own service, and what carries one of them inside."""
        assert ip_address(address) not in Allowed()
        assert ip_address(address) in Allowed([address])

    @pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"])
    def test_what_is_public(self, address: str) -> None:
        """May be reached without saying so."""
        if address.startswith("::ffff"):  # judged by what it carries, and never global by itself before Python 3.13
            return
        assert ip_address(address) in Allowed()

    def test_a_name_is_checked_when_it_is_connected_to(self, posts: Posts, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not before: what it resolves to may change. The check sees the very address that is then used."""
        answers: list[list[str]] = [["1.1.1.1", "127.0.0.1"], ["127.0.0.1"]]

        def resolve(host: str, port: int, **_: object) -> list[Any]:
            assert host == "hook.example"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers.pop()]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        with web_server(posts) as port:
            closed = Webhook(_endpoint(port, host="hook.example", allowed=Allowed()), SECRETS)
            with pytest.raises(TemporaryFailure, match=r"hook\.example has only addresses that are not public"):
                closed.send(_notice())
            assert posts.seen == []
            answers.append(["127.0.0.1"])
            Webhook(_endpoint(port, host="hook.example"), SECRETS).send(_notice())
        assert posts.taken[0].headers["host"] == f"hook.example:{port}"

    def test_a_name_that_is_none(self) -> None:
        """It may be entered yet."""
        with pytest.raises(TemporaryFailure, match="cannot be resolved"):
            Webhook(_endpoint(80, host="nowhere.invalid"), SECRETS).send(_notice())

    def test_the_environment_s_proxies_are_not_asked(
        self, hook: Webhook, posts: Posts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They would connect for us, unchecked."""
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        hook.send(_notice())
        assert len(posts.taken) == 1


class TestTls:
    """The certificate is that of the name."""

    def test_certificates_of_one_s_own(self, posts: Posts, secrets: Path, tmp_path: Path) -> None:
        """Named in the URL; without them there is no trust."""
        ca, context = certified(tmp_path)
        with web_server(posts, tls=context) as port:
            url = f"webhook+https://localhost:{port}/hook#secret_file={secrets}&allow=127.0.0.1,::1"
            open_notifier(f"{url}&ca={ca}").send(_notice())
            with pytest.raises(TemporaryFailure, match="self-signed certificate"):
                open_notifier(url).send(_notice())
            with pytest.raises(TemporaryFailure, match=r"not valid for '127\.0\.0\.1'"):
                open_notifier(f"{url}&ca={ca}".replace("localhost", "127.0.0.1")).send(_notice())
        assert len(posts.taken) == 1


class TestUrls:
    """What is wrong with one is said, without its secrets."""

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("webhook://host.example/", "begins with webhook+https://"),
            ("webhook+ftp://host.example/", "begins with webhook+https://"),
            ("webhook+https://u:s3cret@host.example/#secret_file=x", "holds no password"),
            ("webhook+https://host.example/", "needs a secret_file"),
            ("webhook+https://host.example/?t=s3cret#secrets=x", "did you mean 'secret_file'"),
            ("webhook+https://10.0.0.1/#secret_file={file}", "10.0.0.1 is not public"),
            ("webhook+https://[::1]/#secret_file={file}", "::1 is not public"),
            ("webhook+https://host.example/#secret_file={file}&allow=10.0.0.0/33", "written as 10.20.0.0/16"),
            ("webhook+https://host.example/#secret_file={file}.none", "No such file"),
        ],
    )
    def test_wrong(self, url: str, said: str, secrets: Path) -> None:
        """With what would be right."""
        with pytest.raises(InvalidInput) as raised:
            open_notifier(url.replace("{file}", str(secrets)))
        assert said in raised.value.say("en")
        assert "s3cret" not in raised.value.say("en")

    def test_options_are_not_sent(self, posts: Posts, secrets: Path) -> None:
        """The endpoint's own query is; the channel and the source are named by ours."""
        with web_server(posts) as port:
            more = f"#secret_file={secrets}&allow=127.0.0.1&name=town&source=https://town.example/"
            notifier = open_notifier(f"webhook+http://127.0.0.1:{port}/hook/1?a=b&c=%20{more}")
            notifier.send(_notice())
        (posted,) = posts.taken
        assert (notifier.name, posted.path) == ("town", "/hook/1?a=b&c=%20")
        assert posted.said["source"] == "https://town.example/"
