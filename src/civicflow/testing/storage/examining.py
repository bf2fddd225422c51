"""Examining: an operator is told how a place is, and nothing is changed by looking."""

from __future__ import annotations

from typing import get_args

import pytest

from civicflow.errors import StorageError
from civicflow.plugins.storage.abilities import Examinable, Level
from civicflow.plugins.storage.contract import Storage
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import everything, put
from civicflow.testing.storage.together import together


class ExaminingSuite(StorageSuite):
    """What is found is said in two languages and by a symbol."""

    concern = "examining"

    def test_a_sound_place_has_no_error(self) -> None:
        """Every rule stands once, and each is said in both languages; in a hurry, too."""
        with self.storage() as storage:
            examined = self._examinable(storage)
            put(storage, "T-1")
            for findings in (examined.examine(), examined.examine(quick=True)):
                rules = [finding.rule for finding in findings]
                assert rules, "nothing was looked at"
                assert len(set(rules)) == len(rules)
                assert {finding.level for finding in findings} <= set(get_args(Level))
                assert {finding.rule for finding in findings if finding.level == "error"} <= self.tolerated
                assert all(finding.text.en and finding.text.zh for finding in findings)

    def test_examining_changes_nothing(self) -> None:
        """Whoever writes goes on meanwhile."""
        with self.storage() as storage:
            examined = self._examinable(storage)
            put(storage, "T-1")
            before = everything(storage)
            examined.examine()
            assert everything(storage) == before

            def writing() -> None:
                for version in range(1, 20):
                    put(storage, "T-1", version)

            together([writing, examined.examine, lambda: examined.examine(quick=True)])
            assert storage.load(["T-1"]).cases["T-1"].version == 20

    def test_a_closed_storage_is_not_examined(self) -> None:
        """It says so, as for every other method."""
        with self.storage() as storage:
            examined = self._examinable(storage)
            storage.close()
            with pytest.raises(StorageError, match="close"):
                examined.examine()

    def _examinable(self, storage: Storage) -> Examinable:
        self.need(storage, "examine")
        assert isinstance(storage, Examinable)
        return storage
