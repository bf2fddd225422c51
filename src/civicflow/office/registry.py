"""`office.register`: loading register files, and asking who is who."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from civicflow.errors import Conflict, InvalidInput, Refused
from civicflow.hierarchy.appointing import tenures
from civicflow.hierarchy.attribution import Answer, Policy, attribute
from civicflow.hierarchy.authority import RULE
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.document import Document
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.sites import CIRCLE, Offer, Walk, out_of_reach, within_reach
from civicflow.hierarchy.social import SocialOrganisation, social_organisations
from civicflow.hierarchy.units import Appointment
from civicflow.hierarchy.vacancies import Vacancy, vacancies
from civicflow.ids import CaseId, IdSource, UnitId
from civicflow.office.commands import ATTEMPTS
from civicflow.office.mapping import place_of, raised_on
from civicflow.office.redrawing import CarriedOver, Redrawing, Redraws
from civicflow.office.surroundings import REGISTER, Surroundings
from civicflow.plugins.decoding import decoded
from civicflow.workflows.engine.decide import Act, Birth
from civicflow.workflows.engine.records import Case
from civicflow.workflows.registering import REGISTERING, Load

if TYPE_CHECKING:
    from civicflow.hierarchy.accepting import Acceptance
    from civicflow.hierarchy.drawing.picture import Picture
    from civicflow.hierarchy.editions import Edition
    from civicflow.hierarchy.proposing import ProposedChange
    from civicflow.office.commands import Commands

Format = Literal["yaml", "json", "csv"]
FORMATS: Final[Mapping[str, Format]] = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".csv": "csv"}
"""Of a register file, by its ending."""


class RegisterDesk:
    """The register of areas, bodies, posts and appointments: the whole history, and charts of it."""

    __slots__ = ("_around", "_commands", "_ids", "_redraws")

    def __init__(self, around: Surroundings, commands: Commands, ids: IdSource, redraws: Redraws) -> None:
        self._around, self._commands, self._ids, self._redraws = around, commands, ids, redraws

    def load(self, path: str | Path | Document, *, on: date | None = None) -> tuple[Change, ...]:
        """Bring the register to what a file says, from a day on. The same file again is no change.

        Records that other files keep are left alone: a file is compared with what was loaded under its own
        ``register:`` name. All of it is loaded, or nothing. Several processes may load at once, also the same file: whoever
        comes second is compared with what the first one loaded.

        Args:
            path: a YAML, JSON or CSV file, told by its ending; or a document that `civicflow.hierarchy.importing.read` has
                read, which knows the levels of a CSV.
            on: from which day it holds where the file says nothing else; today where left out.

        Returns:
            What was changed, in order; empty where nothing was.

        Raises:
            InvalidInput: with every fault of the file, each with its line, column, value and reason.
            Conflict: somebody else loaded meanwhile, five times in a row.
        """
        if isinstance(path, Document):
            return self._load(path, on)
        file = Path(path)
        text, format = decoded(file, "register", FORMATS)
        return self.read(text, source=file.name, format=format, on=on)

    def read(self, text: str, *, source: str, format: Format, on: date | None = None) -> tuple[Change, ...]:
        """As `load`, from text that was read elsewhere; ``source`` names it in errors and in the ledger."""
        # Reading files needs PyYAML for YAML and is not needed to work: loaded only here.
        from civicflow.hierarchy import importing

        return self._load(importing.read(text, source=source, format=format), on)

    def _load(self, document: Document, on: date | None) -> tuple[Change, ...]:
        day = on or self._around.calendar.local_date(self._around.now())
        left = ATTEMPTS
        while True:
            left -= 1
            register = self._around.register()
            changes = register.diff(document, day, self._ids)
            try:
                self._enter("load", document.register, document.source, changes, register)
            except (Conflict, Refused):  # there was no register yet, and it is begun once
                if not left or self._around.register().version == register.version:
                    raise
            else:
                return changes

    def _enter(self, step: str, name: str, source: str, changes: tuple[Change, ...], register: Register) -> None:
        """Put changes into the ledger, if the register is still the one that they were made of."""
        if not changes:
            return
        register.apply(changes, register.version + 1)
        data = Load(register=name, source=source, changes=tuple(change.to_builtins() for change in changes))
        if register.version:
            self._commands.take(CaseId(REGISTER), Act(step=step, actor=RULE, data=data), seen=register.version)
        else:
            birth = Birth(case=CaseId(REGISTER), flow=REGISTERING.name, unit=None)
            self._commands.begin(lambda _: birth, (REGISTER,), Act(step="begin", actor=RULE, data=data))

    # -- posts -------------------------------------------------------------------------------------------------------

    def vacancies(
        self, under: str | None = None, *, on: date | None = None, known_at: datetime | None = None
    ) -> tuple[Vacancy, ...]:
        """What is missing on a day: vacant posts, and what a level requires and an area does not have.

        Args:
            under: a unit by code, alias or id, with everything below it; everywhere where left out.
            on: the day; today where left out.
            known_at: as it was known at that instant; as it is known now where left out.
        """
        chart = self.chart(on, known_at=known_at)
        return vacancies(chart, None if under is None else chart.resolve(under))

    def tenures(
        self, post: str, unit: str, *, on: date | None = None, known_at: datetime | None = None
    ) -> tuple[Appointment, ...]:
        """Everybody who held a post, holds it or is to hold it, each from when until when.

        Args:
            post: the name of the post.
            unit: its body, or an area for any body attached to it: by code, alias or id, as of the day.
            on: the day of the code; today where left out.
            known_at: as it was known at that instant; as it is known now where left out.
        """
        register = self._known(known_at)
        return tenures(register, post, register.chart(on or self._around.chart().on).resolve(unit))

    # -- places and partners -----------------------------------------------------------------------------------------

    def within_reach(
        self,
        area: str,
        *,
        kind: str = "",
        service: str = "",
        open_at: datetime | None = None,
        minutes: int = CIRCLE,
        on: date | None = None,
    ) -> tuple[Walk, ...]:
        """The sites that somebody in an area reaches on foot, the nearest first; see `civicflow.hierarchy.sites`.

        Args:
            area: by code, alias or id.
            kind: only sites of this kind.
            service: only sites that offer this.
            open_at: only sites that are open at this aware instant, in the place's own zone.
            minutes: how many one is ready to walk.
            on: the day; today where left out.

        Raises:
            InvalidInput: `open_at` has no zone.
        """
        chart = self.chart(on)
        offer = Offer(kind=kind, service=service, open_at=open_at)
        return within_reach(chart, chart.resolve(area), offer, minutes)

    def out_of_reach(
        self,
        level: str,
        *,
        kind: str = "",
        service: str = "",
        open_at: datetime | None = None,
        minutes: int = CIRCLE,
        under: str | None = None,
        on: date | None = None,
    ) -> tuple[UnitId, ...]:
        """The areas of a level that reach none of these sites, by code.

        Args:
            level: the name of the level.
            kind: as for `within_reach`.
            service: as for `within_reach`.
            open_at: as for `within_reach`.
            minutes: as for `within_reach`.
            under: an area by code, alias or id; only those in it. Everywhere where left out.
            on: the day; today where left out.

        Raises:
            InvalidInput: `open_at` has no zone.
        """
        chart = self.chart(on)
        offer = Offer(kind=kind, service=service, open_at=open_at)
        return out_of_reach(chart, level, offer, minutes, None if under is None else chart.resolve(under))

    def social_organisations(
        self, under: str | None = None, *, on: date | None = None
    ) -> tuple[SocialOrganisation, ...]:
        """The social organisations of a day, each with how far it is from found to registered, by code.

        Args:
            under: an area by code, alias or id: those that stand in it or serve it or something below. All where left out.
            on: the day; today where left out.
        """
        chart = self.chart(on)
        return social_organisations(self._around.register(), chart, None if under is None else chart.resolve(under))

    # -- re-drawing --------------------------------------------------------------------------------------------------

    def plan(self, *changes: Change) -> Redrawing:
        """What acts would touch: what moves, which posts and appointments end, which matters are open. A dry run.

        Args:
            changes: from `civicflow.hierarchy.acts`, made of `history`; or what was `accepted`.

        Raises:
            InvalidInput: no act is given.
        """
        return self._redraws.plan(changes)

    def apply(self, *changes: Change) -> None:
        """Re-draw: the acts hold from their days, all of them in one commit, or none.

        Open matters stay with their units; `carry_over` brings those whose unit is gone to the successor.

        Args:
            changes: from `civicflow.hierarchy.acts`, made of `history`.

        Raises:
            InvalidInput: the acts do not fit the register; with every fault.
            Conflict: somebody else changed meanwhile what the acts are about; make them again, of the map as it is.
        """
        basis = "; ".join(dict.fromkeys(change.basis for change in changes if change.basis))
        register = self._around.register()
        based_on = min((change.based_on for change in changes), default=0)
        if 0 < based_on < register.version:
            touched = {id for change in changes for id in change.touched}
            if not touched.isdisjoint(self._around.redrawn_since(based_on)):
                raise Conflict(REGISTER, based_on, register.version)
        self._enter("redraw", changes[0].register if changes else "", basis, changes, register)

    def propose(
        self, after: Edition | Chart | Document, *, on: date | None = None, keeper: str = ""
    ) -> tuple[ProposedChange, ...]:
        """What seems to have happened between the register and a later edition of its map. Nothing is changed.

        Args:
            after: the later edition, for instance a list that `civicflow.hierarchy.importing.read` has read.
            on: the day whose chart is the earlier edition; today where left out.
            keeper: the name of the register file whose areas are compared; where left out, that of the document, or all.

        Raises:
            InvalidInput: in one of the two a code stands for two areas.
        """
        from civicflow.hierarchy.proposing import propose_changes

        return propose_changes(self.chart(on), after, keeper=keeper)

    def accepted(
        self,
        proposals: Iterable[ProposedChange],
        *,
        on: date,
        above: Fraction = Fraction(8, 10),
        basis: str = "",
    ) -> Acceptance:
        """The acts of the proposals that are trusted more than a bar, to `plan` and `apply`. Nothing is changed.

        Args:
            proposals: from `propose`, all of it, or the part that somebody has picked.
            on: the first day on which the acts hold.
            above: the bar, from 0 to 1; 0 accepts all that is given.
            basis: the document that orders it, as clerks cite it.

        Raises:
            InvalidInput: the bar is not between 0 and 1.
        """
        from civicflow.hierarchy.accepting import accepted

        return accepted(proposals, self.history, on=on, ids=self._ids, above=above, basis=basis)

    def carry_over(self, policy: Policy = "primary") -> CarriedOver:
        """Bring open matters whose unit, body or council is gone to the successor, each by an entry of its own.

        Broken off, it may be called again: what was moved stays moved.

        Args:
            policy: how one of several successors is chosen; see `civicflow.hierarchy.attribution`. By ``by_share`` a
                matter goes to the one that took most. What it does not decide stays and is named.
        """
        return self._redraws.carry_over(policy)

    def attribute(self, case: Case, *, on: date | None = None, policy: Policy = "primary") -> Answer:
        """Which unit a case belongs to on a day's map, by which acts; or that nobody knows.

        Args:
            case: the case.
            on: the day of the map; today where left out.
            policy: how one of several successors is chosen.

        Raises:
            InvalidInput: the case names no unit of the register.
        """
        register, unit = self._around.register(), case.homes.get("unit", case.unit)
        if unit is None or unit not in register.rows or case.opened is None:
            msg = f"{case.id} names no unit of this register; got {unit!r}"
            raise InvalidInput(msg)
        raised = raised_on(register, unit, self._around.calendar.local_date(case.opened))
        day = on or self._around.chart().on
        return attribute(register, unit, raised=raised, on=day, policy=policy, place=place_of(case))

    def find(self, code: str, *, scheme: str = "", on: date | None = None) -> UnitId:
        """The unit that bears a code on a day; without a day, the one that bears it or ever bore it.

        Args:
            code: the code.
            scheme: whose code it is, for instance ``nbs``; the register's own where left out.
            on: the day.

        Raises:
            NotFound: if none bears it then, or none ever bore it.
            InvalidInput: if several units bore it one after the other and no day is given; each is named with its days.
        """
        from civicflow.hierarchy.finding import find

        return find(self._around.register(), code, scheme=scheme, on=on)

    # -- pictures ----------------------------------------------------------------------------------------------------

    def picture(
        self, root: str | None = None, *, on: date | None = None, depth: int | None = None, bodies: bool = True
    ) -> Picture:
        """The tree of a day, to be drawn by `civicflow.hierarchy.drawing`: as text, for Mermaid or Graphviz, or as a page.

        Args:
            root: the unit with which it begins, by id, code or alias; every tree where left out.
            on: the day; today where left out.
            depth: how many levels below the first are shown; all where left out.
            bodies: whether the bodies that are attached to areas are shown, with their posts.

        Raises:
            NotFound: there is no such unit on the day.
            InvalidInput: the depth is less than 0.
        """
        from civicflow.hierarchy.drawing.picture import tree_of

        return tree_of(self.chart(on), root, depth=depth, bodies=bodies)

    def picture_of_change(
        self,
        since: date,
        root: str | None = None,
        *,
        on: date | None = None,
        planned: Iterable[Change] = (),
        whole: bool = False,
        bodies: bool = True,
    ) -> Picture:
        """What became otherwise between two days, or would by acts that are planned; to be drawn as `picture` is.

        Args:
            since: the earlier day.
            root: the unit with which it begins, by id, code or alias on the later day; every tree where left out.
            on: the later day; today where left out.
            planned: acts that are not applied, shown as if they were.
            whole: whether what did not change is shown, too.
            bodies: whether the bodies that are attached to areas are shown.

        Raises:
            NotFound: there is no such unit on the later day.
            InvalidInput: the later day does not come after the earlier one.
        """
        from civicflow.hierarchy.drawing.picture import change_of

        history, acts = self.history, tuple(planned)
        register = history.overlaid(acts, history.version + 1) if acts else history
        return change_of(register, since, on or self._around.chart().on, root, whole=whole, bodies=bodies)

    @property
    def history(self) -> Register:
        """The whole register with its history, as new as the store's."""
        return self._around.register()

    def write(self, name: str, *, format: Format, on: date | None = None) -> Iterator[str]:
        """The lines of a register file that says what is kept under its name on a day; loaded again, it changes nothing.

        Args:
            name: the name of the register file, as its ``register:`` says it.
            format: how it is written; a table brings areas only.
            on: the day; today where left out.

        Raises:
            InvalidInput: nothing is kept under that name, or the format cannot say it.
        """
        from civicflow.hierarchy.exporting import document_of, write

        return write(document_of(self.history, name, on or self._around.chart().on), format)

    def chart(self, on: date | None = None, *, known_at: datetime | None = None) -> Chart:
        """The organisation as of a day (today where left out), by the calendar's clock.

        Args:
            on: the day.
            known_at: as it was known at that instant: without what was recorded later, corrections above all.

        Raises:
            InvalidInput: the instant has no zone.
        """
        return self._known(known_at).chart(on or self._around.chart().on)

    def _known(self, at: datetime | None) -> Register:
        return self._around.register() if at is None else self._around.register_at(at)
