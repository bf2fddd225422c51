"""E-mail, to a mail server on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from tests.plugins.notify.counterparts import Mailboxes, certified, logging_in, mail_server

from civicflow.errors import InvalidInput
from civicflow.plugins.backends import open_notifier
from civicflow.plugins.notify.contract import Holding, Notice, Notifier, PermanentFailure, TemporaryFailure
from civicflow.plugins.notify.directory import AddressBook
from civicflow.plugins.notify.rendering import TEMPLATES
from civicflow.plugins.notify.smtp import Server, Smtp
from civicflow.testing import NotifierContract
from civicflow.testing.notifiers import Arrived, Refusing
from civicflow.texts import Text

MAILBOX = "li.ming@residents.example"
BOOK = f"person:P-1: {{smtp: {MAILBOX}}}\nperson:P-2: {{smtp: not a mailbox}}\nperson:P-3: {{smtp: 李明@residents.example}}\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """An address book."""
    path = tmp_path / "addresses.yaml"
    path.write_text(BOOK, encoding="utf-8")
    return path


def _notice(dedupe: str = "T-1:3:0:person:P-1:smtp", recipient: str = "person:P-1") -> Notice:
    at = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
    text = Text("the limit has passed", "已超期")
    return Notice(dedupe=dedupe, case="T-1", recipient=recipient, topic="late", text=text, at=at)


class TestSmtp(NotifierContract):
    """It keeps the contract."""

    stranger = "person:P-9"
    secrets = (MAILBOX, "li.ming", "passw0rd")

    @pytest.fixture(autouse=True)
    def _server(self, book: Path) -> Iterator[None]:
        self.boxes = Mailboxes()
        with mail_server(self.boxes) as port:
            self.url = f"smtp://127.0.0.1:{port}/?from=desk@office.example&directory={book}"
            yield

    def open_notifier(self) -> Notifier:
        """A channel to this test's server."""
        return open_notifier(self.url)

    def arrived(self) -> Sequence[Arrived]:
        """The mails."""
        return [Arrived(key=mail["Message-ID"], words=mail.get_content()) for mail in self.boxes.mails]

    def refuse(self, how: Refusing) -> None:
        """As servers do."""
        self.boxes.refusals.append(
            "451 4.7.1 <{address}> greylisted" if how == "temporary" else "550 5.1.1 <{address}> unknown"
        )


Opener = Callable[..., Notifier]


@pytest.fixture
def boxes() -> Mailboxes:
    """What the server of a test has."""
    return Mailboxes()


@pytest.fixture
def mail(boxes: Mailboxes, book: Path) -> Iterator[Notifier]:
    """A channel to a server."""
    with mail_server(boxes) as port:
        notifier = open_notifier(f"smtp://localhost:{port}/?from=Desk <desk@office.example>&directory={book}")
        yield notifier
        notifier.close()


class TestMail:
    """What a mail looks like."""

    def test_headers(self, mail: Notifier, boxes: Mailboxes) -> None:
        """Its name is the notice's, its date is the notice's, and no machine answers it."""
        mail.send(_notice())
        (got,) = boxes.mails
        assert (got["From"], got["To"]) == ("Desk <desk@office.example>", MAILBOX)
        assert got["Subject"] == "已超期 | the limit has passed"
        assert got["Message-ID"] == f"<{_notice().key}@office.example>"
        assert parsedate_to_datetime(got["Date"]) == _notice().at
        assert (got["Auto-Submitted"], got["Content-Language"]) == ("auto-generated", "zh, en")
        assert got.get_content().split() == [
            "已超期",
            "事项编号：T-1",
            *["the", "limit", "has", "passed", "Matter:", "T-1"],
        ]

    def test_a_duplicate_is_the_same_mail(self, mail: Notifier, boxes: Mailboxes) -> None:
        """Byte for byte."""
        mail.send(_notice())
        mail.send(_notice())
        assert boxes.raw[0] == boxes.raw[1]

    def test_templates_of_your_own(self, boxes: Mailboxes) -> None:
        """By topic, in the language asked for."""
        with mail_server(boxes) as port:
            server = Server(host="127.0.0.1", port=port, sender="desk@office.example", security="none")
            mine = TEMPLATES | {"late.subject": "Time limit of {case} | {case}办理时限"}
            smtp = Smtp(server, AddressBook({"person:P-1": {"mail": MAILBOX}}), name="mail", templates=mine)
            smtp.send(_notice())
            smtp.close()
        assert boxes.mails[0]["Subject"] == "T-1办理时限 | Time limit of T-1"


class TestSessions:
    """One for many mails."""

    def test_are_kept_and_given_up(self, mail: Notifier, boxes: Mailboxes) -> None:
        """Until the relay is through."""
        for number in range(3):
            mail.send(_notice(f"n{number}"))
        assert len(boxes.peers) == 1
        assert isinstance(mail, Holding)
        mail.release()
        mail.send(_notice("n3"))
        assert (len(boxes.peers), len(boxes.mails)) == (2, 4)

    def test_one_that_was_ended_is_replaced(self, mail: Notifier, boxes: Mailboxes) -> None:
        """A server that hangs up after each mail loses none and gets none twice."""
        boxes.drop = True
        for number in range(3):
            try:
                mail.send(_notice(f"n{number}"))
            except TemporaryFailure:  # it hung up before it had answered
                continue
        assert {mail["Message-ID"] for mail in boxes.mails} == {
            f"<{_notice(f'n{number}').key}@office.example>" for number in range(3)
        }

    def test_a_refusal_ends_none(self, mail: Notifier, boxes: Mailboxes) -> None:
        """The next mail goes by the same one."""
        boxes.refusals += ["550 5.1.1 no", "DATA 452 4.2.2 full"]
        for error in (PermanentFailure, TemporaryFailure):
            with pytest.raises(error):
                mail.send(_notice())
        mail.send(_notice())
        assert (len(boxes.peers), len(boxes.mails)) == (1, 1)


class TestFailures:
    """Whether to try again, and what is said."""

    @pytest.mark.parametrize(
        ("reply", "error", "said"),
        [
            ("421 4.3.2 closing", TemporaryFailure, "recipient: 421 4.3.2"),
            ("450 4.2.0 {address} busy", TemporaryFailure, "recipient: 450 4.2.0"),
            ("550 no such {address}", PermanentFailure, "recipient: 550"),
            ("DATA 451 4.3.0 later", TemporaryFailure, "mail: 451 4.3.0"),
            ("DATA 554 5.7.1 it is spam", PermanentFailure, "mail: 554 5.7.1"),
        ],
    )
    def test_the_reply_decides(
        self, reply: str, error: type[Exception], said: str, mail: Notifier, boxes: Mailboxes
    ) -> None:
        """4 may pass, 5 is for good; of the reply only the codes are kept."""
        boxes.refusals.append(reply)
        with pytest.raises(error) as raised:
            mail.send(_notice())
        assert str(raised.value) == f"the mail server refused the {said}"
        mail.send(_notice())
        assert len(boxes.mails) == 1

    @pytest.mark.parametrize(
        ("recipient", "said"), [("person:P-2", "no mailbox; correct it"), ("person:P-9", "no address")]
    )
    def test_a_directory_that_knows_none(self, recipient: str, said: str, mail: Notifier) -> None:
        """Trying again would not help; what stands in it is not said."""
        with pytest.raises(PermanentFailure, match=said) as raised:
            mail.send(_notice(recipient=recipient))
        assert "not a mailbox" not in str(raised.value)

    def test_a_mailbox_in_other_letters(self, mail: Notifier) -> None:
        """A server without SMTPUTF8 will never take it."""
        with pytest.raises(PermanentFailure, match="SMTPUTF8"):
            mail.send(_notice(recipient="person:P-3"))

    def test_nobody_there(self, book: Path) -> None:
        """It may come back."""
        with mail_server(Mailboxes()) as port:
            pass
        notifier = open_notifier(f"smtp://127.0.0.1:{port}/?from=desk@office.example&directory={book}")
        with pytest.raises(TemporaryFailure, match=r"no session with the mail server .*ConnectionRefusedError"):
            notifier.send(_notice())


class TestProtected:
    """TLS and logins."""

    def test_starttls_and_a_login(self, book: Path, boxes: Mailboxes, tmp_path: Path) -> None:
        """With certificates of one's own, and a password from a file."""
        ca, context = certified(tmp_path)
        (tmp_path / "password").write_text("passw0rd\n", encoding="utf-8")
        with mail_server(boxes, tls_context=context, require_starttls=True, **logging_in("desk", "passw0rd")) as port:
            url = f"smtp://desk@localhost:{port}/?from=desk@office.example&directory={book}&tls=starttls&ca={ca}"
            notifier = open_notifier(f"{url}&password_file={tmp_path / 'password'}")
            notifier.send(_notice())
            assert "passw0rd" not in repr(vars(notifier))
            notifier.close()
            assert (len(boxes.mails), [*boxes.peers.values()]) == (1, ["desk"])
            wrong = open_notifier(url.replace("desk@localhost", "desk:wr0ng@localhost"))
            with pytest.raises(TemporaryFailure, match="refused the login: 535") as raised:
                wrong.send(_notice())
            assert "wr0ng" not in str(raised.value)

    def test_tls_from_the_first_byte(self, book: Path, boxes: Mailboxes, tmp_path: Path) -> None:
        """As smtps:// says; a certificate that nobody trusts is no session."""
        ca, context = certified(tmp_path)
        with mail_server(boxes, tls=context) as port:
            url = f"smtps://localhost:{port}/?from=desk@office.example&directory={book}"
            notifier = open_notifier(f"{url}&ca={ca}")
            notifier.send(_notice())
            notifier.close()
            with pytest.raises(TemporaryFailure, match="SSLCertVerificationError: self-signed certificate"):
                open_notifier(url).send(_notice())
        assert len(boxes.mails) == 1

    def test_without_starttls_nothing_is_said(self, book: Path, boxes: Mailboxes) -> None:
        """A server elsewhere that does not offer it gets no mail in the open."""
        with mail_server(boxes) as port:
            url = f"smtp://127.0.0.1:{port}/?from=desk@office.example&directory={book}&tls=starttls"
            with pytest.raises(TemporaryFailure, match="no session"):
                open_notifier(url).send(_notice())
        assert boxes.mails == []


class TestUrls:
    """What is wrong with one is said, without its secrets."""

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("smtp://mail.example/", "needs from and directory"),
            ("smtp://mail.example/?from=desk@o.example", "needs directory"),
            ("smtp:///?from=desk@o.example&directory=x", "the host is missing"),
            ("smtp://mail.example:x/?from=a@b", "no URL"),
            ("smtp://u:s3cret@mail.example/?form=a@b&directory=x", "did you mean 'from'"),
            ("smtp://mail.example/?from=a@b&from=c@d&directory=x", "given twice"),
            ("smtp://mail.example/?from=nobody&directory={book}", "no mailbox"),
            ("smtp://mail.example/?from=a@b.example&directory={book}&tls=maybe", "'starttls' or 'none'"),
            ("smtp://u:s3cret@mail.example/?from=a@b.example&directory={book}&tls=none", "in the open"),
            ("smtp://mail.example/?from=a@b.example&directory={book}&timeout=600", "up to 60"),
            ("smtp://mail.example/?from=a@b.example&directory={book}&name=a b", "one word"),
            ("smtp://mail.example/?from=a@b.example&directory={book}&ca=/none", "certificates"),
            ("smtp://mail.example/?from=a@b.example&directory={book}.none", "ends in"),
        ],
    )
    def test_wrong(self, url: str, said: str, book: Path) -> None:
        """With what would be right."""
        with pytest.raises(InvalidInput) as raised:
            open_notifier(url.replace("{book}", str(book)))
        assert said in raised.value.say("en")
        assert "s3cret" not in raised.value.say("en")

    def test_ports(self, book: Path) -> None:
        """25 between servers, 587 for who logs in, 465 with TLS."""
        more = f"/?from=a@b.example&directory={book}"
        shown = [
            repr(open_notifier(f"{url}{more}"))
            for url in ("smtp://mail.example", "smtp://desk@mail.example", "smtps://mail.example")
        ]
        assert [text.partition(",")[0][-4:-1] for text in shown] == [":25", "587", "465"]
