"""Migrations of open cases: what would happen is told first, and done only when somebody says so."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import Actor
from civicflow.ids import CaseId, matter_of
from civicflow.office.commands import Commands, wishes_of
from civicflow.office.committing import Committer
from civicflow.office.loading import Loaded, Wishes, load
from civicflow.office.open_cases import open_cases
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.storage.contract import Filter, Storage
from civicflow.refusals import Reason
from civicflow.texts import Language, Text
from civicflow.workflows.engine.amending import amended
from civicflow.workflows.engine.decide import Accepted
from civicflow.workflows.engine.flows import Rules
from civicflow.workflows.engine.migrating import Migrating
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.ring import NotYet


@attrs.frozen(kw_only=True)
class Moving:
    """A case that can move.

    Attributes:
        case: its id.
        of: the version that it keeps now.
        source: the state in which it stands.
        target: the state that this becomes.
    """

    case: CaseId
    of: int
    source: str
    target: str


@attrs.frozen(kw_only=True)
class Staying:
    """A case that cannot move.

    Attributes:
        case: its id.
        of: the version that it keeps.
        state: where it stands.
        reasons: every reason, as an operator reads it.
    """

    case: CaseId
    of: int
    state: str
    reasons: tuple[Reason, ...]


@attrs.frozen(kw_only=True)
class Migration:
    """What a migration would do, or did.

    Attributes:
        flow: the name of the flow.
        to: the version that cases take on.
        states: which state of an earlier version becomes which.
        moving: the open cases that can move (did, once it was carried out).
        staying: those that cannot, each with its reasons.
        done: whether it was carried out.
    """

    flow: str
    to: int
    states: Mapping[str, str]
    moving: tuple[Moving, ...]
    staying: tuple[Staying, ...]
    done: bool = False

    @property
    def text(self) -> Text:
        """What it comes to, a line for each case that stays."""
        verb = Text("moved", "已迁移") if self.done else Text("would move", "可迁移")
        head = Text(
            f"{self.flow} to version {self.to}: {len(self.moving)} {verb.en}, {len(self.staying)} stay",
            f"{self.flow}迁移至第{self.to}版：{verb.zh}{len(self.moving)}件，保留{len(self.staying)}件",
        )
        lines = [head, *(_line(stay) for stay in self.staying)]
        return Text("\n".join(line.en for line in lines), "\n".join(line.zh for line in lines))

    def say(self, language: Language = "en") -> str:
        """The same in one language."""
        return self.text.say(language)

    def __str__(self) -> str:
        return self.say()


def _line(stay: Staying) -> Text:
    why = [reason.text for reason in stay.reasons]
    en, zh = "; ".join(text.en for text in why), "；".join(text.zh for text in why)
    return Text(f"  {stay.case} ({stay.state}): {en}", f"  {stay.case}（{stay.state}）：{zh}")


class Migrations:
    """Migrations on one storage."""

    __slots__ = ("_around", "_commands", "_committer", "_storage")

    def __init__(self, storage: Storage, around: Surroundings, commands: Commands) -> None:
        self._storage, self._around, self._commands = storage, around, commands
        self._committer = Committer(storage, around)

    def plan(self, flow: str, to: int, states: Mapping[str, str]) -> Migration:
        """See `Office.plan_migration`."""
        migrating = self._migrating(flow, to, states)
        moving: list[Moving] = []
        staying: list[Staying] = []
        for case in open_cases(self._storage, Filter("flow", "eq", flow)):
            if case.flow == migrating.new.flow.ref:
                continue
            old, loaded = self._around.flows.rules(case.flow), load(self._storage, self._around, wishes_of(case.id))
            told = self._told(loaded, case.id, old, migrating)
            if isinstance(told, Moving):
                moving.append(told)
            elif told is not None:
                staying.append(told)
        return Migration(flow=flow, to=to, states=states, moving=tuple(moving), staying=tuple(staying))

    def carry_out(self, plan: Migration, by: Actor, why: str) -> Migration:
        """See `Office.migrate`."""
        if plan.done:
            raise InvalidInput(f"this migration of {plan.flow} was carried out; plan another one for what stayed")
        migrating = self._migrating(plan.flow, plan.to, plan.states)
        moved: list[Moving] = []
        staying = list(plan.staying)
        for moving in plan.moving:
            told = self._moved(moving.case, migrating, by, why)
            if isinstance(told, Moving):
                moved.append(told)
            elif told is not None:
                staying.append(told)
        return attrs.evolve(plan, moving=tuple(moved), staying=tuple(staying), done=True)

    def _migrating(self, flow: str, to: int, states: Mapping[str, str]) -> Migrating:
        new = self._around.flows.version(flow, to)
        unknown = sorted(set(states.values()) - set(new.states))
        if unknown:
            msg = f"version {to} of {flow} has no state {', '.join(unknown)}; it has {', '.join(new.states)}"
            raise InvalidInput(msg)
        return Migrating(new=new, states=states)

    def _told(self, loaded: Loaded, case: CaseId, old: Rules, migrating: Migrating) -> Moving | Staying | None:
        """Whether a case can move as it is now; None where there is nothing to move any more."""
        now = _case(loaded, case)
        if now.outcome or now.flow == migrating.new.flow.ref:
            return None
        reasons = migrating.objections(now, old, loaded.world)
        if reasons:
            return Staying(case=case, of=old.flow.version, state=now.state, reasons=reasons)
        return Moving(case=case, of=old.flow.version, source=now.state, target=migrating.target(now.state))

    def _moved(self, case: CaseId, migrating: Migrating, by: Actor, why: str) -> Moving | Staying | None:
        """Move a case as it is now; decided again where somebody else was faster."""
        told: Moving | Staying | None = None

        def decision(loaded: Loaded, _: Wishes) -> Accepted | NotYet:
            nonlocal told
            matter = loaded.matter(matter_of(case))
            old = self._around.flows.rules(matter.case(case).flow)
            told = self._told(loaded, case, old, migrating)
            if not isinstance(told, Moving):
                return NotYet(None)
            return amended(matter, migrating.entry(matter, case, old, by, why, loaded.world), loaded.world)

        self._commands.enter(wishes_of(case), decision, self._committer.commit)
        return told


def _case(loaded: Loaded, case: CaseId) -> Case:
    return loaded.matter(matter_of(case)).case(case)
