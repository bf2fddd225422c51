"""Register files with rules and affiliations: every fault with its place, and the same file again is no change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import attrs
import pytest

from civicflow.errors import InvalidInput
from civicflow.hierarchy.document import Document, ListedAffiliation
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.presets import LESHAN
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.rules import PostPattern
from civicflow.ids import IdSource

DAY = date(2026, 3, 2)
TOWN = """
register: town
since: 2020-01-01
scheme:
  like: leshan
  requires:
    community: [{post: mediator, body: residents-committee}, {body: [council, committee], unless: alliance}]
  incompatible:
    - {posts: [council/*, "*/mediator"], why: no judge of one's own | 不得自断, within: anywhere, since: 2021-01-01}
areas: [{code: d, name: 区, level: district}]
bodies:
  - {code: dept, name: 局, kind: department, area: d}
  - {code: hall, name: 站, kind: station, area: d}
  - {code: conf, name: 会, kind: joint-conference, area: d, posts: {delegate: {holders: [{person: p, on_behalf_of: dept, kind: concurrent}]}}}
affiliations:
  - {source: dept, kind: guides, target: hall, reference: No. 7, since: 2020-05-01, until: 2030-01-01}
  - {source: dept, kind: member-of, target: conf}
  - {person: q, kind: reports-in, target: d}
"""


def faults(text: str) -> list[str]:
    """What is wrong with a file, without its name."""
    with pytest.raises(InvalidInput) as caught:
        read(text, source="f", format="yaml")
    return [str(fault).partition("f:")[2] for fault in caught.value.faults]


def test_rules_and_ties_are_read() -> None:
    """A preset's levels with rules of one's own; each tie with its ends, its number and its days."""
    document = read(TOWN, source="f", format="yaml")
    assert document.scheme.levels == LESHAN.levels
    first, second = document.scheme.requires
    assert (first.level, first.post, first.body) == ("community", "mediator", ("residents-committee",))
    assert (second.body, second.unless) == (("council", "committee"), "alliance")
    (rule,) = document.scheme.incompatible
    assert rule.posts == (PostPattern("council", "*"), PostPattern("*", "mediator"))
    assert (rule.why.zh, rule.within, rule.since) == ("不得自断", "anywhere", date(2021, 1, 1))
    tie = document.affiliations[0]
    assert (tie.source, tie.kind, tie.target, tie.reference, tie.since, tie.until) == (
        "dept",
        "guides",
        "hall",
        "No. 7",
        date(2020, 5, 1),
        date(2030, 1, 1),
    )
    assert (document.affiliations[2].person, document.affiliations[2].source) == ("q", None)


def test_the_same_file_again_is_no_change(ids: IdSource) -> None:
    """What is taken out of the file ends on the day; what is otherwise becomes so."""
    register = Register().apply(Register().diff(read(TOWN, source="f", format="yaml"), DAY, ids), 1)
    assert register.diff(read(TOWN, source="f", format="yaml"), DAY, ids) == ()
    chart = register.chart(DAY)
    hall, dept = chart.resolve("hall"), chart.resolve("dept")
    assert [one.source for one in chart.ties_to(hall, "guides")] == [dept]
    assert register.chart(date(2020, 4, 30)).ties_to(hall) == ()
    edited = TOWN.replace("  - {person: q, kind: reports-in, target: d}\n", "").replace("No. 7", "No. 8")
    changes = register.diff(read(edited, source="f", format="yaml"), DAY, ids)
    assert sorted(change.act for change in changes) == ["adjust", "part"]
    after = register.apply(changes, 2).chart(DAY)
    assert [one.reference for one in after.ties_to(hall)] == ["No. 8"]
    assert after.ties_to(after.resolve("d")) == ()


def test_every_fault_has_its_place() -> None:
    """Of rules, of ties and of whoever is sent: all at once, what follows from a fault left out."""
    wrong = TOWN
    for good, bad in (
        ("post: mediator", "posts: mediator"),
        ("council/*, ", ""),
        ("within: anywhere", "within: town"),
        ("on_behalf_of: dept", "on_behalf_of: dpt"),
        ("kind: guides", "kind: guidse"),
        ("source: dept, kind: member-of", "kind: member-of"),
        ("target: d}", "target: e, since: tomorrow}"),
    ):
        wrong = wrong.replace(good, bad)
    assert faults(wrong) == [
        "7:18: scheme.requires.community[0].posts: there is no such key here; did you mean 'post'? (got 'posts')",
        "9:74: scheme.incompatible[0].within: posts are compared within one of body, area, anywhere (got 'town')",
        "17:5: affiliations[1]: an affiliation is a unit's (`source`) or a person's (`person`), one of the two",
        "18:53: affiliations[2].since: a day is written as in 2020-01-31 (got 'tomorrow')",
    ]
    wrong = TOWN.replace("on_behalf_of: dept", "on_behalf_of: dpt").replace("kind: guides", "kind: guidse")
    wrong = wrong.replace("target: d}", "target: e}\n  - {person: q, kind: reports-in, target: e}")
    missing = (
        "there is no such area or body; list it, or name it under `elsewhere:` if another register keeps it (got 'e')"
    )
    assert faults(wrong) == [
        "14:115: bodies[2].posts.delegate.holders[0].on_behalf_of: there is no such body; did you mean 'dept'? (got 'dpt'); 1 more record rests on this",
        "16:26: affiliations[0].kind: there is no such kind of affiliation; did you mean 'guides'? (got 'guidse')",
        f"18:43: affiliations[2].target: {missing}",
        "19:5: affiliations[3]: this affiliation stands above already; say it once (got 'reports-in')",
        f"19:43: affiliations[3].target: {missing}",
    ]


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ('[council/*, "*/mediator"]', "[council]", "posts are named KIND/POST"),
        ('[council/*, "*/mediator"]', "[council/*]", "two posts are incompatible with each other; got 1"),
        (
            "{post: mediator, body: residents-committee}",
            "{unless: alliance}",
            "names a body or a post, or else a site; got neither",
        ),
        ("community: [", "comunity: [", "the scheme has no such level; did you mean 'community'?"),
        ("like: leshan", "like: leshn", "did you mean 'leshan'?"),
        ("like: leshan", "like: leshan\n  levels: {a: A | 甲}", "leave out one of `like` and `levels`"),
        ("like: leshan", "name: x", "say which preset it is `like`"),
    ],
)
def test_a_rule_that_is_none_is_refused(good: str, bad: str, said: str) -> None:
    """Each with what would be right."""
    assert any(said in fault for fault in faults(TOWN.replace(good, bad)))


def test_a_document_made_in_python_is_held_to_the_same(ids: IdSource) -> None:
    """A delegate of no member is found when it is compared with the register, with its place and in both languages."""
    document = read(TOWN, source="f", format="yaml")
    without: Document = attrs.evolve(document, affiliations=document.affiliations[:1])
    with pytest.raises(InvalidInput) as caught:
        Register().diff(without, DAY, ids)
    (fault,) = caught.value.faults
    assert (fault.rule, fault.line) == ("affiliation-delegate", 14)
    assert "不是成员单位" in fault.say("zh")
    stranger = attrs.evolve(document, affiliations=(ListedAffiliation(kind="leads", source="dept", target="nobody"),))
    with pytest.raises(InvalidInput, match="there is no such area or body"):
        stranger.check()


def test_the_examples_are_sound(example: Callable[[str], str], ids: IdSource) -> None:
    """Each register under examples/ that stands alone loads from nothing and says the same again."""
    for name in ("rhine-waterside", "shangjie", "beiyuan", "boston"):
        document = read(example(name), source=name, format="yaml")
        register = Register().apply(Register().diff(document, DAY, ids), 1)
        assert register.diff(document, DAY, ids) == ()
