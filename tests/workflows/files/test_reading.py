"""Flows from files: what is read, how it works, and what is said of a file that is not right."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

import civicflow
from civicflow import cli
from civicflow.errors import Fault, InvalidInput
from civicflow.testing import FrozenClock
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.files import read_flow

EXAMPLE = Path(__file__).parents[3] / "examples" / "flows" / "stall-permit.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def faults(text: str) -> tuple[Fault, ...]:
    """What is wrong with a file."""
    with pytest.raises(InvalidInput) as caught:
        read_flow(text, source="f.yaml")
    return caught.value.faults


def changed(*pairs: tuple[str, str]) -> str:
    """The example with some of its words replaced."""
    text = TEXT
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    return text


FAULTS = [
    ("text: filed | 已申请", "text: filed", "states.filed.text", "translation", "缺少译文"),
    ("within: 2 workdays", "within: 2 fortnights", "states.filed.within", "limit", "时限写作"),
    ("then: escalate", "then: escalat", "states.filed.then", "unknown-name", "是否指“escalate”"),
    ("again: true", "agian: true", "states.overdue.agian", "unknown-key", "是否指“again”"),
    ("from: filed,", "from: fild,", "steps.take.from", "unknown-name", "是否指“filed”"),
    ("by: clerk,", "by: clrk,", "steps.ask-for-papers.by", "who", "是否指“clerk”"),
    ("list of text", "list of txt", "steps.supply.data.papers", "data-type", "是否指“text”"),
    ("fee: between 0 and 500", "fee: about 500", "steps.grant.rules[0].fee", "rule", "规则写作"),
    ("fee: between 0 and 500", "fees: between 0 and 500", "steps.grant.rules[0].fees", "no-field", "是否指“fee”"),
    ("fee: between 0 and 500", "case.day: at most 5", "steps.grant.rules[0].case.day", "not-kept", "是否指“days”"),
    ("fee: between 0 and 500", "fee: at most many", "steps.grant.rules[0].fee", "field", "应为"),
    ("can climb:", "can clim:", "steps.escalate.to[0]", "unknown-name", "是否指“can-climb”"),
    ("does: climb", "does: climp", "steps.escalate.to[0].does", "unknown-word", "是否指“climb”"),
    ("tell supervisor late", "tell supervisor lat", "steps.escalate.does", "unknown-name", "是否指“late”"),
    ("keep: fee", "keep: fees", "steps.grant.does[0].keep", "no-field", "是否指“fee”"),
    ("version: 1", "version: one", "version", "expected", "应为从1起的整数"),
    ("  take:", "  grant:", "steps.grant", "twice", "已有这一项"),
    ("“{title}” is late", "“{name}” is late", "texts.late", "gap", "{name}"),
]


class TestFaults:
    """A file that is not right says everything that is wrong, in both languages, and gives nothing."""

    @pytest.mark.parametrize(("before", "after", "path", "rule", "chinese"), FAULTS, ids=lambda x: str(x)[:24])
    def test_one_slip_is_one_fault(self, before: str, after: str, path: str, rule: str, chinese: str) -> None:
        """It has the line and column of the slip; nothing that only follows from it is reported."""
        text = changed((before, after))
        found = faults(text)
        assert [(fault.path, fault.rule) for fault in found] == [(path, rule)]
        line = text[: text.index(after.partition("\n")[0])].count("\n") + 1
        assert abs(found[0].line - line) <= (10 if rule == "twice" else 0)
        assert found[0].column > 0
        assert chinese in found[0].say("zh")

    def test_all_slips_are_told_at_once(self) -> None:
        """In the order of the file."""
        found = faults(
            changed(("filed | 已申请", "filed"), ("list of text", "list of txt"), ("can climb:", "can clim:"))
        )
        assert [fault.rule for fault in found] == ["translation", "data-type", "unknown-name"]
        assert [fault.line for fault in found] == sorted(fault.line for fault in found)

    def test_what_the_checks_find_has_its_line(self) -> None:
        """A state that left alone never ends is named where it stands."""
        text = changed((", again: true", ""))
        [fault] = [fault for fault in faults(text) if fault.path == "overdue"]
        assert text.splitlines()[fault.line - 1].strip().startswith("overdue:")
        assert fault.text is not None

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("a: &a [1]\nb: [*a, *a]\n", "anchors and aliases"),
            ("flow: !!python/object/apply:os.system [ls]\n", "tags are not read"),
            ("[" * 40 + "]" * 40, "deeper than 24 levels"),
            ("- 1\n" * 60_000, "more than 50,000 values"),
            ("# " + "x" * 10_000_000, "read up to 1,048,576 bytes"),
            ("? [a]\n: 1\n", "a key is one word"),
            ("- flow\n", "names with values"),
            ("", "flow is missing"),
            ("flow: 'a\\0'", "was expected"),
        ],
    )
    def test_bombs_and_rubbish_are_refused(self, text: str, reason: str) -> None:
        """Each with a reason, none with a crash."""
        assert any(reason in fault.reason for fault in faults(text))


@pytest.fixture
def office(tmp_path: Path) -> civicflow.Office:
    """An office on a file, with the example in use."""
    office = civicflow.open(f"sqlite:///{tmp_path / 'office.db'}", clock=FrozenClock(), flows=[EXAMPLE])
    office.register.read(
        """
register: riverside
scheme: generic
areas:
  - {code: riverside, name: "Riverside | 河畔街区", level: city}
bodies:
  - {code: desk, name: "Desk | 服务站", kind: station, area: riverside, posts: {secretary: bob, clerk: cem}}
""",
        source="riverside.yaml",
        format="yaml",
    )
    return office


class TestUse:
    """A flow of a file is a flow."""

    def test_data_are_typed_and_kept_apart(self, office: civicflow.Office) -> None:
        """What is private stays beside the entry; what does not fit is named, all of it."""
        mei = office.act_as("mei")
        with pytest.raises(InvalidInput) as caught:
            office.begin("stall-permit", "apply", {"title": 1, "days": 2.5}, by=mei, unit="riverside")
        assert [fault.path for fault in caught.value.faults] == ["title", "days"]
        given = {"title": "Tea", "days": 3, "phone": "call at noon"}
        permit = office.begin("stall-permit", "apply", given, by=mei, unit="riverside")
        assert dict(permit.data) == {"title": "Tea", "days": 3}
        assert "call at noon" not in str(office.ledger.entries(permit.matter)[0])

    def test_rules_refuse_with_their_sentence(self, office: civicflow.Office) -> None:
        """At the bounds and past them."""
        mei = office.act_as("mei")
        for days, rules in ((0, ("days-between-1-and-90",)), (1, None), (90, None), (91, ("days-between-1-and-90",))):
            if rules is None:
                permit = office.begin("stall-permit", "apply", {"title": "x", "days": days}, by=mei, unit="riverside")
                assert permit.data["days"] == days
            else:
                with pytest.raises(civicflow.Refused, match="from 1 to 90 days") as caught:
                    office.begin("stall-permit", "apply", {"title": "x", "days": days}, by=mei, unit="riverside")
                assert caught.value.refusal.rules == rules

    def test_an_overlay_is_laid_over_a_flow_in_use(self, office: civicflow.Office, tmp_path: Path) -> None:
        """A city's file changes one limit; new cases run under it."""
        path = tmp_path / "city.yaml"
        path.write_text("overlay: stall-permit\nof: 1\nversion: 2\nstates: {filed: {within: 9 days}}\n", "utf-8")
        assert str(office.flows.load(path).state("filed").limits[0].within) == "9 days"
        permit = office.begin(
            "stall-permit", "apply", {"title": "x", "days": 1}, by=office.act_as("m"), unit="riverside"
        )
        assert permit.flow.startswith("stall-permit@2#")

    def test_other_files_are_refused(self, office: civicflow.Office, tmp_path: Path) -> None:
        """By their ending, their bytes, or since they are not there; the message says what to do."""
        for name, body, reason in (
            ("a.toml", b"", "ends in"),
            ("a.yaml", b"\xff", "not UTF-8"),
            ("b.json", None, "read"),
        ):
            if body is not None:
                (tmp_path / name).write_bytes(body)
            with pytest.raises(InvalidInput, match=reason):
                office.flows.load(tmp_path / name)


def test_a_changed_rule_is_another_flow() -> None:
    """The digest holds what a rule says, its type, its name and its sentence."""
    flow = read_flow(TEXT, source="f")
    for before, after in (
        ("and 500", "and 501"),
        ("fee-cap", "cap"),
        ("0 to 500 yuan", "0 to 500 元"),
        ("fee: integer", "fee: decimal"),
    ):
        assert read_flow(changed((before, after)), source="f").digest != flow.digest
    assert isinstance(flow, Flow)


class TestCommand:
    """`civicflow flow check` says what is wrong with a file."""

    @pytest.fixture
    def spoilt(self, tmp_path: Path) -> str:
        """A file with two slips."""
        path = tmp_path / "spoilt.yaml"
        path.write_text(changed(("filed | 已申请", "filed"), ("list of text", "list of txt")), encoding="utf-8")
        return str(path)

    def test_in_the_language_of_the_reader(self, spoilt: str, capsys: pytest.CaptureFixture[str]) -> None:
        """All of it, with lines, and the exit code of what is wrong."""
        for language, head, fault in (("en", "is no sound flow", "missing translation"), ("zh", "未载入", "缺少译文")):
            assert cli.main(["flow", "check", spoilt, "--language", language]) == 1
            said = capsys.readouterr().out.splitlines()
            assert head in said[0]
            assert fault in said[1]
            assert len(said) == 3
            assert all(line.strip().startswith("spoilt.yaml:") for line in said[1:])

    def test_for_programs(self, spoilt: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Each fault with its place and symbol."""
        assert cli.main(["flow", "check", spoilt, "--json"]) == 1
        said = json.loads(capsys.readouterr().out)
        assert [(fault["rule"], fault["path"]) for fault in said["faults"]] == [
            ("translation", "states.filed.text"),
            ("data-type", "steps.supply.data.papers"),
        ]
        assert all(fault["line"] > 1 and fault["column"] > 1 for fault in said["faults"])

    def test_a_file_that_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Could not run."""
        assert cli.main(["flow", "check", "nowhere.yaml"]) == 2
        assert "cannot be read" in capsys.readouterr().err


def test_an_error_keeps_its_faults_on_its_way_between_processes() -> None:
    """Pickled, it says the same in both languages."""
    with pytest.raises(InvalidInput) as caught:
        read_flow("flow: x\n", source="f.yaml")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.faults == caught.value.faults
    assert (str(again), again.say("zh")) == (str(caught.value), caught.value.say("zh"))
