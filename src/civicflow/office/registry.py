"""`office.register`: loading register files, and asking who is who."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import RULE
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.register import Register
from civicflow.ids import CaseId, IdSource
from civicflow.office.surroundings import REGISTER, Surroundings
from civicflow.workflows.engine.decide import Act, Birth
from civicflow.workflows.registering import REGISTERING, Load

if TYPE_CHECKING:
    from civicflow.office.commands import Commands

Format = Literal["yaml", "json", "csv"]
_FORMATS: dict[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".csv": "csv"}


class RegisterDesk:
    """The register of areas, bodies, posts and appointments: the whole history, and charts of it."""

    __slots__ = ("_around", "_commands", "_ids")

    def __init__(self, around: Surroundings, commands: Commands, ids: IdSource) -> None:
        self._around, self._commands, self._ids = around, commands, ids

    def load(self, path: str | Path, *, on: date | None = None) -> tuple[Change, ...]:
        """Bring the register to what a file says, from a day on. The same file again is no change.

        Records that other files keep are left alone: a file is compared with what was loaded under its own
        ``register:`` name. All of it is loaded, or nothing.

        Args:
            path: a YAML, JSON or CSV file, told by its ending.
            on: from which day it holds where the file says nothing else; today where left out.

        Returns:
            What was changed, in order; empty where nothing was.

        Raises:
            InvalidInput: with every fault of the file, each with its line, column, value and reason.
        """
        file = Path(path)
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except OSError as error:
            msg = f"the register file {str(path)!r} cannot be read: {error.strerror or error}"
            raise InvalidInput(msg) from error
        except UnicodeDecodeError as error:
            msg = f"the register file {str(path)!r} is not UTF-8 (byte {error.start}); save it as UTF-8"
            raise InvalidInput(msg) from error
        if file.suffix.lower() not in _FORMATS:
            msg = f"a register file ends in {', '.join(_FORMATS)}; got {file.name!r}"
            raise InvalidInput(msg)
        return self.read(text, source=file.name, format=_FORMATS[file.suffix.lower()], on=on)

    def read(self, text: str, *, source: str, format: Format, on: date | None = None) -> tuple[Change, ...]:
        """As `load`, from text that was read elsewhere; ``source`` names it in errors and in the ledger."""
        # Reading files needs PyYAML for YAML and is not needed to work: loaded only here.
        from civicflow.hierarchy import importing

        document = importing.read(text, source=source, format=format)
        day = on or self._around.calendar.local_date(self._around.now())
        register = self._around.register()
        changes = register.diff(document, day, self._ids)
        if not changes:
            return ()
        register.apply(changes, register.version + 1)
        data = Load(
            register=document.register, source=source, changes=tuple(change.to_builtins() for change in changes)
        )
        if register.version:
            self._commands.take(CaseId(REGISTER), Act(step="load", actor=RULE, data=data), seen=register.version)
        else:
            birth = Birth(case=CaseId(REGISTER), flow=REGISTERING.name, unit=None)
            self._commands.begin(lambda _: birth, (REGISTER,), Act(step="begin", actor=RULE, data=data))
        return changes

    @property
    def history(self) -> Register:
        """The whole register with its history, as new as the store's."""
        return self._around.register()

    def chart(self, on: date | None = None) -> Chart:
        """The organisation as of a day (today where left out), by the calendar's clock."""
        return self._around.chart() if on is None else self._around.register().chart(on)
