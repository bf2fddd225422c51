"""Settings and numbers are read whole or not at all, and tell everything that is wrong with them at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow_sms_gateway.numbers import Directory, e164, read_numbers
from civicflow_sms_gateway.settings import Template, read_settings

GOOD = """
endpoint = "https://sms.example.org/v1/messages"
account = "shangjie"
key_file = "sms.key"
numbers = "numbers.csv"

[signatures]
default = "上街区12345"

[templates.default]
code = "SMS_1"
text = "${words}（${case}）"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with settings that can be used."""
    (tmp_path / "sms.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "sms.key").write_text("a-secret-key\n", encoding="utf-8")
    return tmp_path


def _faults(folder: Path, text: str) -> dict[str, str]:
    (folder / "sms.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as raised:
        read_settings(folder / "sms.toml")
    assert "a-secret-key" not in str(raised.value)
    return {fault.path: fault.reason for fault in raised.value.faults}


class TestSettings:
    """The file of the city."""

    def test_what_is_left_out(self, folder: Path) -> None:
        """Three messages at most, counted as mainland gateways do, five seconds; the secret is in no ``repr``."""
        found = read_settings(folder / "sms.toml")
        assert (found.most_parts, found.alphabet, found.seconds) == (3, "ucs2", 5)
        assert found.template("late") == Template("SMS_1", "${words}（${case}）")
        assert found.numbers == folder / "numbers.csv"
        assert found.key == "a-secret-key"
        assert "a-secret-key" not in repr(found)

    def test_texts_of_letters_are_packed_abroad(self, folder: Path) -> None:
        """160 letters are one message there, and three on the mainland."""
        assert read_settings(folder / "sms.toml").parts("l" * 160) == 3
        (folder / "sms.toml").write_text('alphabet = "shortest"\n' + GOOD, encoding="utf-8")
        assert read_settings(folder / "sms.toml").parts("l" * 160) == 1

    def test_everything_that_is_missing_or_unknown_at_once(self, folder: Path) -> None:
        """A file that somebody only began."""
        faults = _faults(folder, 'account = 5\nacount = "x"\n[templates]\nlate = "SMS_2"\n')
        assert faults.keys() == {
            "endpoint", "account", "acount", "key_file", "numbers", "signatures", "templates.late"
        }  # fmt: skip

    def test_everything_that_cannot_be_meant_at_once(self, folder: Path) -> None:
        """Of the right type and wrong all the same."""
        wrong = (
            GOOD.replace("https://", "http://")
            .replace('"shangjie"', '"shang:jie"')
            .replace("default =", "late =")
            .replace("${words}", "${word}")
        )
        faults = _faults(folder, f'most_parts = 0\nseconds = 60\nalphabet = "utf-8"\n{wrong}')
        assert faults.keys() == {
            "endpoint", "account", "most_parts", "seconds", "alphabet", "signatures", "templates.default.text"
        }  # fmt: skip
        assert "numbers and secrets go there" in faults["endpoint"]

    @pytest.mark.parametrize(
        "endpoint", ["sms.example.org", "https://[::1", "https://a:b@sms.example.org", "https://h:x/"]
    )
    def test_an_endpoint_that_is_none(self, folder: Path, endpoint: str) -> None:
        """A URL, without a secret in it."""
        faults = _faults(folder, GOOD.replace("https://sms.example.org/v1/messages", endpoint))
        assert faults.keys() == {"endpoint"}

    def test_this_machine_may_be_asked_in_the_clear(self, folder: Path) -> None:
        """For a counterpart, or a proxy that encrypts."""
        (folder / "sms.toml").write_text(
            GOOD.replace("https://sms.example.org", "http://127.0.0.1:8080"), encoding="utf-8"
        )
        assert read_settings(folder / "sms.toml").endpoint == "http://127.0.0.1:8080/v1/messages"

    def test_a_template_without_room(self, folder: Path) -> None:
        """What leaves no room for words is told before the first message."""
        faults = _faults(folder, GOOD.replace("（${case}）", "很" * 200))
        assert faults == {"templates.default.text": "leaves no room for words; raise most_parts"}

    def test_no_secret(self, folder: Path) -> None:
        """A file that is not there, or holds none."""
        (folder / "sms.key").write_text("\n", encoding="utf-8")
        assert _faults(folder, GOOD) == {"key_file": "holds no secret in ASCII on one line"}
        (folder / "sms.key").unlink()
        assert _faults(folder, GOOD) == {"key_file": "cannot be read: No such file or directory"}

    def test_no_toml(self, folder: Path) -> None:
        """What the parser says is told."""
        (folder / "sms.toml").write_text("endpoint = ", encoding="utf-8")
        with pytest.raises(InvalidInput, match="are no TOML: Invalid value"):
            read_settings(folder / "sms.toml")


class TestNumbers:
    """Whose number is which."""

    @given(st.integers(13_000_000_000, 19_999_999_999).map(str), st.sampled_from(["", "+86", "0086", "+86 "]))
    def test_a_number_has_one_form(self, mobile: str, prefix: str) -> None:
        """However a clerk writes it."""
        assert e164(f"{prefix}{mobile[:3]} {mobile[3:7]}-{mobile[7:]}") == f"+86{mobile}"

    @pytest.mark.parametrize("number", ["", "110", "12345", "+0123456789", "1380000000a", "+86" + "1" * 14])
    def test_what_is_none(self, number: str) -> None:
        """A short code of a service is no number of a person."""
        assert e164(number) is None

    def test_everything_that_is_wrong_at_once(self) -> None:
        """With its line, and without any number."""
        text = "recipient,number\nperson:a,13800000000\nperson:a,13800000001\nbob,13800000002\nperson:c,nonsense\n"
        with pytest.raises(InvalidInput) as raised:
            read_numbers(text, source="numbers.csv")
        assert [(fault.line, fault.value) for fault in raised.value.faults] == [
            (3, "person:a"),
            (4, "bob"),
            (5, "person:c"),
        ]
        assert "138" not in str(raised.value)
        with pytest.raises(InvalidInput, match="the first line is recipient,number"):
            read_numbers("who,number\n", source="numbers.csv")

    def test_a_file_that_is_none(self, tmp_path: Path) -> None:
        """Not there, or not UTF-8."""
        with pytest.raises(InvalidInput, match="cannot be read: No such file"):
            Directory(tmp_path / "numbers.csv")
        (tmp_path / "numbers.csv").write_bytes("recipient,number\n市长,1\n".encode("gb18030"))
        with pytest.raises(InvalidInput, match="it is not UTF-8"):
            Directory(tmp_path / "numbers.csv")
