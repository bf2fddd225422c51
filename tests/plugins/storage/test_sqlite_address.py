"""What a ``sqlite:`` URL may say."""

from __future__ import annotations

import pytest

from civicflow.errors import InvalidInput
from civicflow.plugins.storage.sqlite.address import Address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("sqlite:///town.db", Address(path="town.db")),
        ("sqlite:////srv/town.db", Address(path="/srv/town.db")),
        ("sqlite:///C:/town.db", Address(path="C:/town.db")),
        ("sqlite:///data/%E5%8C%BA%3F.db", Address(path="data/区?.db")),
        ("sqlite:///town.db?synchronous=OFF&timeout=5", Address(path="town.db", synchronous="off", timeout=5)),
    ],
)
def test_a_url_names_a_file(url: str, address: Address) -> None:
    """Three slashes are relative, four absolute; settings follow the path."""
    assert Address.of(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite://host/town.db",
        "sqlite:///:memory:",
        "sqlite:///town.db#part",
        "sqlite:///town.db?synchronous=maybe",
        "sqlite:///town.db?synchronous=",
        "sqlite:///town.db?timeout=-1",
        "sqlite:///town.db?timeout=x",
        "sqlite:///town.db?cache=shared",
        "memory://",
    ],
)
def test_a_url_that_says_anything_else_is_refused(url: str) -> None:
    """With what would be right."""
    with pytest.raises(InvalidInput, match=r"sqlite:///|memory://|synchronous="):
        Address.of(url)
