"""What a flow draws is its table: every state, every step, in both languages, the same bytes each time."""

from __future__ import annotations

import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_JOIN, BY_RULE, REQUESTER, AnyOf, Holder
from civicflow.texts import Language
from civicflow.workflows.councils.proposal import COUNCIL_PROPOSAL
from civicflow.workflows.drawing import mermaid, table
from civicflow.workflows.drawing.wording import Wording, stages
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Join, Limit, State, Step
from civicflow.workflows.engine.joins import AtLeast, Every
from civicflow.workflows.shipped import SHIPPED
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE

LANGUAGES: tuple[Language, ...] = ("en", "zh")

# The grammar of a state diagram, as far as we use it: what Mermaid's own parser took when this was written.
_ID = r"[A-Za-z0-9_]+"
_LABEL = r"(?:[^\"#:;<>{}`\\\n]|#\d+;|<br/>)+"
_LINES = (
    re.compile(rf"accTitle: {_LABEL}"),
    re.compile(rf'state "{_LABEL}" as (?P<state>{_ID})'),
    re.compile(rf'state "{_LABEL}" as (?P<frame>{_ID}) \{{'),
    re.compile(rf"(?P<source>{_ID}|\[\*\]) --> (?P<target>{_ID}|\[\*\]): {_LABEL}"),
    re.compile(rf"note right of (?P<noted>{_ID})"),
    re.compile(r"end note"),
    re.compile(r"\}"),
)


def parsed(text: str) -> dict[str, list[str]]:
    """The names in a diagram by the role in which they stand; fails on a line that is not of the grammar."""
    first, *lines = text.splitlines()
    assert first == "stateDiagram-v2"
    found: dict[str, list[str]] = {"state": [], "frame": [], "source": [], "target": [], "noted": [], "said": []}
    depth, in_note = 0, False
    for line in (line.strip() for line in lines):
        if in_note and line != "end note":
            assert re.fullmatch(_LABEL, line), line
            found["said"].append(line)
            continue
        match = next((m for pattern in _LINES if (m := pattern.fullmatch(line))), None)
        assert match is not None, line
        in_note = line.startswith("note right")
        depth += line.endswith("{")
        depth -= line == "}"
        for role, name in match.groupdict().items():
            found[role].append(name)
        if "-->" in line:
            found["said"].append(line.partition(": ")[2])
    assert (depth, in_note) == (0, False)
    return found


def small(*steps: Step, states: tuple[State, ...] = (), **more: object) -> Flow:
    """A flow that need not be sound: drawing one helps to see what is wrong with it."""
    return Flow("small", 1, "small | 小", (State("here", "here | 此"), *states), steps, **more)  # type: ignore[arg-type]


class TestEveryShippedFlow:
    """Every flow that an office has can be drawn."""

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
    def test_every_state_is_drawn_once(self, flow: Flow, language: Language) -> None:
        """A drawing declares each state once, by its text, and its edges and notes name no other."""
        text = mermaid(flow, language, beside=SHIPPED)
        found = parsed(text)
        assert len(found["state"]) == len(set(found["state"])) == len(flow.states)
        assert {*found["source"], *found["target"], *found["noted"]} <= {*found["state"], "[*]"}
        for state in flow.states:
            assert f'"{state.text.say(language)}"' in text

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
    def test_every_step_is_drawn(self, flow: Flow, language: Language) -> None:
        """Each step is an edge, or stands in a note."""
        said = "\n".join(parsed(mermaid(flow, language, beside=SHIPPED))["said"])
        for step in flow.steps:
            assert step.text.say(language) in said

    @pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
    def test_it_begins_and_ends_where_the_flow_does(self, flow: Flow) -> None:
        """Edges from the start lead where cases begin; each final state leads to the end with its outcome."""
        text = mermaid(flow)
        found = parsed(text)
        begun = sum(len(step.to) for step in flow.steps if NEW in step.of) + len(flow.opened_in)
        assert found["source"].count("[*]") == begun
        assert found["target"].count("[*]") == len(flow.finals)
        for state in flow.states:
            if state.final:
                assert f"--> [*]: {state.final}\n" in text

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
    def test_every_step_has_a_row(self, flow: Flow, language: Language) -> None:
        """The table names each step, and each state that it leads from, in one column each."""
        rows = table(flow, language, beside=SHIPPED).splitlines()
        assert len({row.count("|") for row in rows}) == 1
        for step in flow.steps:
            own = [row for row in rows if row.startswith(f"| `{step.name}` ")]
            assert own
            for state in step.of:
                word = Wording(flow).placed(state).say(language)
                assert any(word in row.split("|")[3] for row in own)

    @pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
    def test_it_is_the_same_each_time(self, flow: Flow) -> None:
        """Two drawings of equal tables are equal, whoever holds them."""
        again = attrs.evolve(flow)
        assert again is not flow
        assert mermaid(flow) == mermaid(again)
        assert table(flow, "zh") == table(again, "zh")


class TestWhatIsSaid:
    """An edge says what is done, by whom, on which condition, and when the clock does it."""

    def test_who_may_take_it(self) -> None:
        """Posts of one unit are named together, relative to the case."""
        text = mermaid(FOUR_PART_TICKET)
        assert "[*] --> ordered: order (anyone or a rule)" in text
        assert "elsewhere (secretary or clerk of the unit in charge)" in text
        assert "[*] --> recorded: 登记他处事项（主管辖区书记或工作人员）" in mermaid(FOUR_PART_TICKET, "zh")

    def test_the_clock_says_when(self) -> None:
        """A step of the clock carries its limit, on the edge or in the note."""
        text = mermaid(SHARE)
        assert "offered --> supervised: put under supervision (the clock, after 2 working days)" in text
        assert "(the clock, when the time promised has passed, else after 10 working days for settlement)" in text
        assert "remind (the clock, after 2 working days, again and again)" in text
        assert "（时钟，满2个工作日）" in mermaid(SHARE, "zh")

    def test_a_limit_of_zero_is_at_once(self) -> None:
        """Votes are counted when voting is closed; nobody waits for zero hours."""
        assert "count (the clock, at once) [2/3 of seats]" in mermaid(COUNCIL_PROPOSAL)
        assert "［除非未通过，须至少2/3的席位赞成］" in mermaid(COUNCIL_PROPOSAL, "zh")

    def test_branches_carry_their_conditions(self) -> None:
        """Each branch is an edge of its own with its guard; the last says otherwise."""
        text = mermaid(FOUR_PART_TICKET)
        assert "answered --> closed: evaluate (whoever raised it) [resolved]" in text
        assert "answered --> unresolved: evaluate (whoever raised it) [otherwise]" in text
        assert "answered --> reopened: 评单（提出人）［除非已经重办过一次］" in mermaid(FOUR_PART_TICKET, "zh")

    def test_joins_say_what_they_wait_for(self) -> None:
        """A join is drawn with its rule, in the words of the children's flow where that is known."""
        assert "(when all leading shares are “completed”)" in mermaid(FOUR_PART_TICKET, beside=[SHARE])
        assert "(when all leading shares are “done”)" in mermaid(FOUR_PART_TICKET)
        assert "（主办全部“已完成”）" in mermaid(FOUR_PART_TICKET, "zh", beside=[SHARE])

    def test_steps_to_one_state_share_an_edge(self) -> None:
        """Two steps from here to there are two lines of one edge."""
        edges = [line for line in mermaid(FOUR_PART_TICKET).splitlines() if " ordered --> dispatched" in line]
        assert len(edges) == 1
        assert "<br/>take up" in edges[0]

    def test_a_step_from_nearly_everywhere_is_a_note(self) -> None:
        """To withdraw is possible almost everywhere: one note beside its target, instead of an edge from each state."""
        text = mermaid(FOUR_PART_TICKET)
        assert "withdraw (whoever raised it)#58; from ordered#59; dispatched" in text
        assert "--> withdrawn" not in text

    def test_what_stays_is_a_note(self) -> None:
        """A step that stays is no edge."""
        text = mermaid(small(Step("poke", "poke | 戳", "here", STAY, REQUESTER)))
        assert "-->" not in text
        assert "note right of here\n        poke (whoever raised it)\n    end note" in text

    def test_stages_are_frames(self) -> None:
        """The states of a composed flow stand in their stages, and so do the edges between them."""
        text = mermaid(COUNCIL_PROPOSAL)
        assert sorted(parsed(text)["frame"]) == sorted(
            name.replace("-", "_") for name in stages(COUNCIL_PROPOSAL) if name
        )
        frame = text[text.index('state "council" as') : text.index("    }", text.index('state "council" as'))]
        assert "council_called --> council_voting" in frame
        assert "council_counting --> funding_due" not in frame

    def test_the_table_says_how_long_the_case_waits(self) -> None:
        """For what people are asked to do stands the ladder of limits; what nobody is asked for has none."""
        rows = table(SHARE).splitlines()
        accept = next(row for row in rows if row.startswith("| `accept`"))
        decline = next(row for row in rows if row.startswith("| `decline`"))
        assert "after 1 working day: remind; after 2 working days: put under supervision" in accept
        assert decline.split("|")[5].strip() == "–"

    def test_the_table_says_what_refuses(self) -> None:
        """The guards' sentences stand beside the step that they refuse."""
        assert "satisfaction is a whole number from 1 to 5" in table(FOUR_PART_TICKET)
        assert "满意度为1至5的整数" in table(FOUR_PART_TICKET, "zh")


class TestAnyTable:
    """A flow of somebody else's is drawn as well, whatever it is called."""

    @given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30).filter(lambda n: "." not in n))
    def test_any_text_stays_within_its_label(self, text: str, name: str) -> None:
        """No text of a table can end its label, begin another line, or leave its cell."""
        both = f"{text.replace('|', '/')}x | {text.replace('|', '/')}x"
        other = State(name if name not in {NEW, "here", STAY} else "other", both, final=name.strip() or "over")
        flow = small(Step("go", both, "here", other.name, ANYONE), states=(other,))
        found = parsed(mermaid(flow))
        assert len(set(found["state"])) == 2
        assert len(table(flow).splitlines()) == 3

    @pytest.mark.parametrize("name", ["note", "class", "end", "State", "root", "constructor", "__proto__", "中", "a b"])
    def test_words_of_mermaid_are_names_of_ours(self, name: str) -> None:
        """A state may be called as something that means something else to Mermaid."""
        found = parsed(mermaid(small(Step("go", "go | 走", "here", name, ANYONE), states=(State(name, "x | 某"),))))
        assert found["state"][1].lower() not in {"note", "class", "end", "state", "root", "constructor", "__proto__"}

    def test_names_that_would_be_spelled_alike_are_kept_apart(self) -> None:
        """``a-b`` and ``a_b`` are two states."""
        flow = small(states=(State("a-b", "one | 一"), State("a_b", "two | 二"), State("a.b", "three | 三")))
        assert len(set(parsed(mermaid(flow))["state"])) == 4

    def test_unknown_words_are_shown_as_written(self) -> None:
        """A post, an anchor, a slot and a rule of a city's own are called by their symbols."""

        @attrs.frozen
        class Moon:
            def holds(self, tally: object, finals: object) -> bool:
                return False

            def __str__(self) -> str:
                return "full moon"

        waiting = State(
            "waiting",
            "waiting | 等待",
            joins=(
                Join(("crew",), Moon(), "go"),
                Join(("crew",), AtLeast(2, "up"), "go"),
                Join(("crew",), Every(), "go"),
            ),
        )
        flow = small(
            Step("go", "go | 走", "waiting", "here", BY_JOIN),
            Step("ask", "ask | 问", "here", "waiting", AnyOf(Holder("captain", "boat"), REQUESTER, BY_RULE)),
            states=(waiting,),
            slots={"crew": "sailor"},
        )
        text = mermaid(flow)
        assert "ask (captain of the boat or whoever raised it or a rule)" in text
        assert "when full moon holds for crew, when 2 of the crew are “up”, when all crew have ended" in text

    def test_a_join_without_its_rule_is_named(self) -> None:
        """A step of the join that no state calls is still told from one of a person."""
        assert "go (the shares together)" in mermaid(small(Step("go", "go | 走", "here", STAY, BY_JOIN)))

    def test_one_guarded_branch_shows_its_guard(self) -> None:
        """A step with one branch and a condition says the condition; one without says none."""
        dry = Guard("is-dry", lambda _: True, "it rains | 下雨")
        text = mermaid(small(Step("go", "go | 走", "here", (Branch(dry, "here"),), ANYONE)))
        assert "here --> here: go (anyone) [is dry]" in text
        plain = mermaid(small(Step("go", "go | 走", "here", (Branch(ELSE, "here"),), ANYONE)))
        assert "here --> here: go (anyone)\n" in plain

    def test_a_branch_that_stays_is_in_the_note_with_its_condition(self) -> None:
        """Of a step with a branch that moves and one that stays, each is shown where it belongs."""
        dry = Guard("is-dry", lambda _: True, "it rains | 下雨")
        there = State("there", "there | 彼", (Limit("1 day", "go"),))
        flow = small(
            Step("go", "go | 走", "there", (Branch(dry, "here"), Branch(ELSE, STAY)), BY_CLOCK), states=(there,)
        )
        text = mermaid(flow)
        assert "there --> here: go (the clock, after 1 day) [is dry]" in text
        assert "go (the clock, after 1 day) [otherwise]\n    end note" in text
        assert "here [is dry]; stays [otherwise]" in table(flow)

    def test_states_by_stage(self) -> None:
        """What stands in no stage is kept under the empty name."""
        assert list(stages(COUNCIL_PROPOSAL))[:3] == ["draft", "review", "deliberation"]
        assert list(stages(COUNCIL_PROPOSAL))[-2:] == ["winding-up", ""]
        assert list(stages(SHARE)) == [""]

    def test_a_language_is_one_of_two(self) -> None:
        """Another language is an error, not an empty drawing."""
        with pytest.raises(InvalidInput, match="'en' or 'zh'"):
            mermaid(SHARE, "fr")  # type: ignore[arg-type]
        with pytest.raises(InvalidInput, match="'en' or 'zh'"):
            table(SHARE, "fr")  # type: ignore[arg-type]
