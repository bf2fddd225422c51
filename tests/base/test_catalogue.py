"""The engine's own sentences."""

from __future__ import annotations

import re

import pytest

from civicflow.catalogue import CATALOGUE

GAP = re.compile(r"\{\w+\}")
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_both_languages_say_the_same(name: str) -> None:
    """Both halves have the same gaps, the Chinese one is Chinese and the English one is not."""
    text = CATALOGUE[name]
    assert sorted(GAP.findall(text.en)) == sorted(GAP.findall(text.zh))
    assert HAN.search(text.zh)
    assert not HAN.search(text.en)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_names_are_dotted(name: str) -> None:
    """A name says where the sentence belongs and what it is about."""
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", name)
