"""Petitions in a county as large as Cangxi in Sichuan: two years of them, their repeats, and the days on which people are received.

Reported are the 31 townships and towns with a reception each month, the 454 villages and communities with a yard meeting each quarter,
320 petitions settled, 170 urgent matters solved, 96% satisfied, and half as many repeats and skipped levels as the year before.
Those are what the tests compare with. The areas, the persons, the petitions and how each of them goes are made from a seed. So are
the 500 labelled pairs with names written differently, on which it is measured how well repeats are found.

``python examples/petitions.py`` tells it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

import civicflow
from civicflow import Actor, Case, Office
from civicflow.calendars import Recurrence, instant
from civicflow.ledger.figures import Rate
from civicflow.testing import FrozenClock
from civicflow.texts import Text
from civicflow.workflows.likeness import ENOUGH, Index, Record, What, Who, alike
from civicflow.workflows.petitions.figures import Change, Petitioned, petitioned, visits
from civicflow.workflows.petitions.parts import Channel
from civicflow.workflows.routines.figures import Keeping, keeping
from seeds import drawn
from tables import table

ZONE: Final = "Asia/Shanghai"
TOWNS, VILLAGES = 31, 454
YEARS: Final = (2023, 2024)
CHANNELS: Final[tuple[Channel, ...]] = ("reception", "yard-meeting", "hotline", "sweep", "letter")


# -- the county --------------------------------------------------------------------------------------------------------


def town(n: int) -> str:
    """The code of a township or town."""
    return f"T{n:02}"


def village(n: int) -> str:
    """The code of a village or community; it lies in the town ``n`` modulo `TOWNS`."""
    return f"V{n:03}"


def register() -> str:
    """The county, its towns and villages, and who is responsible there."""
    homes = {"county": "", **{town(n): "county" for n in range(TOWNS)}}
    homes |= {village(n): town(n % TOWNS) for n in range(VILLAGES)}
    levels = {"c": "county", "T": "town", "V": "village"}
    areas = [
        {"code": code, "name": f"{code} | {code}", "level": levels[code[0]], **({"parent": above} if above else {})}
        for code, above in homes.items()
    ]
    bodies = [
        {
            "code": f"party-{code}",
            "name": "Party Committee | 党委",
            "kind": "party-organisation",
            "area": code,
            "posts": {"secretary": f"secretary-{code}"},
        }
        for code in homes
    ]
    bodies += [
        {
            "code": f"office-{code}",
            "name": "Villagers' Committee | 村民委员会" if code[0] == "V" else "Government | 人民政府",
            "kind": "villagers-committee" if code[0] == "V" else "government",
            "area": code,
            "posts": {"officer": f"officer-{code}"},
        }
        for code in homes
    ]
    bodies.append(
        {
            "code": "commission",
            "name": "Commission for Discipline Inspection and Supervision | 纪委监委",
            "kind": "discipline-committee",
            "area": "county",
            "posts": {"officer": "commissioner"},
        }
    )
    return json.dumps(
        {"register": "county", "scheme": "sichuan", "since": "2020-01-01", "areas": areas, "bodies": bodies}
    )


def secretary(office: Office, area: str) -> Actor:
    """The secretary of an area."""
    return office.act_as(f"secretary-{area}", post="secretary", unit=area)


def officer(office: Office, area: str) -> Actor:
    """The officer of a town's or a village's office."""
    return office.act_as(f"officer-{area}", post="officer", unit=f"office-{area}")


# -- who petitions, and in which words ---------------------------------------------------------------------------------

FAMILIES: Final = (
    ("张", "張", "Zhang"),
    ("陈", "陳", "Chen"),
    ("刘", "劉", "Liu"),
    ("王", "王", "Wang"),
    ("赵", "趙", "Zhao"),
)
GIVEN: Final = (
    ("建国", "建國", "Jianguo"), ("秀英", "秀英", "Xiuying"), ("伟", "偉", "Wei"), ("丽华", "麗華", "Lihua"), ("志强", "志強", "Zhiqiang"),
    ("国强", "國強", "Guoqiang"), ("玉兰", "玉蘭", "Yulan"), ("永明", "永明", "Yongming"),
)  # fmt: skip
WRONG: Final = {
    "建国": "健国",
    "秀英": "秀瑛",
    "伟": "玮",
    "丽华": "丽花",
    "志强": "智强",
    "国强": "国祥",
    "玉兰": "玉蓝",
    "永明": "永鸣",
}
MATTERS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "labour/pay": (
        ("{n}号桥工程拖欠工资", "关于{n}号桥工程拖欠农民工工资的问题", "请求解决{n}号桥工程工资拖欠"),
        ("{n}号砖厂欠薪", "反映{n}号砖厂欠薪问题", "砖厂老板不发钱"),
    ),
    "land/compensation": (
        ("{n}组征地补偿款未到位", "关于{n}组征地补偿款没有到位的诉求", "{n}组征地补偿款至今未付"),
        ("{n}组林地边界纠纷", "{n}组林地边界不清", "反映{n}组林地边界争议问题"),
    ),
    "roads/lamps": (("{n}组路灯不亮", "关于{n}组路灯不亮的问题", "{n}组的路灯坏了不亮"),),
    "water": (("{n}组饮水管道漏水", "{n}组饮水管漏水请尽快处理", "反映{n}组饮水管道破损漏水"),),
}
NUMERALS: Final = "一二三四五六七八九"


@attrs.frozen
class Person:
    """Somebody who petitions.

    Attributes:
        family, given: their numbers in `FAMILIES` and `GIVEN`.
        phone: where they are reached.
        door: where they live.
    """

    family: int
    given: int
    phone: str
    door: str

    def written(self, how: str) -> tuple[tuple[str, ...], str, str]:
        """Names, telephone and door as a desk takes them down in one of `HOW`."""
        (family, old_family, latin_family), (given, old_given, latin_given) = FAMILIES[self.family], GIVEN[self.given]
        plain = family + given
        return {
            "plain": ((plain, f"{latin_family} {latin_given}"), self.phone, self.door),
            "traditional": ((old_family + old_given,), "", self.door),
            "spaced": ((f"{family} {given}",), "", ""),
            "turned": ((f"{given} {family}",), "", ""),
            "polite": ((f"{family}大爷",), "", self.door),
            "latin": ((f"{latin_given} {latin_family.upper()}",), "", self.door),
            "wrong": ((family + WRONG[given],), "", self.door),
            "by telephone": ((f"老{family}",), f"+86 {self.phone}", ""),
            "another telephone": ((f"{plain}同志",), f"138{self.phone[3:]}", self.door),
        }[how]


HOW: Final = ("traditional", "spaced", "turned", "polite", "latin", "wrong", "by telephone", "another telephone")


def person(seed: int, number: int) -> Person:
    """Somebody, made from a seed."""
    return Person(
        drawn(seed, number, "family", below=len(FAMILIES)),
        drawn(seed, number, "given", below=len(GIVEN)),
        f"139{drawn(seed, number, 'phone', below=10**8):08}",
        f"{1 + drawn(seed, number, 'street', below=90)}号{1 + drawn(seed, number, 'door', below=400)}室",
    )


def title(category: str, matter: int, n: int, wording: int) -> str:
    """A matter in one of its wordings; every other one writes its number in characters."""
    wordings = MATTERS[category][matter % len(MATTERS[category])]
    return wordings[wording % len(wordings)].format(n=NUMERALS[n - 1] if wording % 2 else n)


# -- 500 pairs with labels ---------------------------------------------------------------------------------------------


@attrs.frozen
class Pair:
    """Two petitions and whether they are of the same person on the same matter.

    Attributes:
        one, other: the petitions, as they are compared.
        same: the label.
        how: how the other was made.
    """

    one: Record
    other: Record
    same: bool
    how: str


def _record(id: str, of: Person, how: str, category: str, words: str, place: str) -> Record:
    names, phone, door = of.written(how)
    who = Who(names=names, keys=frozenset([f"phone:{phone}"] if phone else []), door=door)
    return Record(id=id, who=who, what=What(title=words, category=category, place=place))


def pairs(seed: int = 500, many: int = 500) -> tuple[Pair, ...]:
    """Pairs, made from a seed: half of them the same, the others as like as such petitions are.

    Not the same are a namesake with the same trouble, a relative at the same door with the same trouble, the same person with another trouble,
    and a stranger with the same trouble.
    """
    found = []
    for number in range(many):
        who = person(seed, number)
        category = list(MATTERS)[drawn(seed, number, "category", below=len(MATTERS))]
        matter, n = drawn(seed, number, "matter", below=2), 1 + drawn(seed, number, "n", below=9)
        place = village(drawn(seed, number, "place", below=VILLAGES))
        one = _record(f"{number}a", who, "plain", category, title(category, matter, n, 0), place)
        words = title(category, matter, n, drawn(seed, number, "wording", below=3))
        same = number % 2 == 0
        if same:
            how = HOW[drawn(seed, number, "how", below=len(HOW))]
            other = _record(f"{number}b", who, how, category, words, place)
        else:
            how = ("namesake", "relative", "another matter", "stranger")[number // 2 % 4]
            stranger = person(seed, number + many)
            given = (who.given + 1 + drawn(seed, number, "given", below=len(GIVEN) - 1)) % len(GIVEN)
            if how == "namesake":
                stranger = attrs.evolve(stranger, family=who.family, given=who.given)
            elif how == "relative":
                stranger = attrs.evolve(stranger, family=who.family, given=given, door=who.door)
            elif how == "another matter":
                stranger, category = who, list(MATTERS)[(list(MATTERS).index(category) + 1) % len(MATTERS)]
                words = title(category, matter, n, 0)
            elif (stranger.family, stranger.given) == (who.family, who.given):
                stranger = attrs.evolve(stranger, given=given)
            other = _record(f"{number}b", stranger, "plain", category, words, place)
        found.append(Pair(one, other, same, how))
    return tuple(found)


_SUGGESTED: Final = Text("pairs that were suggested", "系统提示的对数")
_SAME: Final = Text("pairs that are the same", "实为重复的对数")


def measured(given: Sequence[Pair]) -> tuple[Rate, Rate]:
    """Precision and recall of what is suggested: how much of it is right, and how much of what is the same it finds."""
    said = [(pair.same, alike(pair.one, pair.other).score >= ENOUGH) for pair in given]
    right = sum(same and suggested for same, suggested in said)
    return (
        Rate(right, sum(suggested for _, suggested in said), _SUGGESTED),
        Rate(right, sum(same for same, _ in said), _SAME),
    )


# -- two years ---------------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Told:
    """One petition, and how it goes.

    Attributes:
        number: its own, over both years.
        year, month: when it is lodged.
        who: whose it is.
        how: how they are written down.
        category, matter, n, wording: what it is about, and in which words.
        home: the number of the village whose matter it is.
        skips: whether it is lodged at the town, which the village knows nothing of.
        repeats: the number of the petition that it repeats, or None.
        urgent: whether it is urgent.
        solved: whether what was asked for is done.
        satisfied: what the petitioner says, or None.
        anonymous: whether nobody is known.
    """

    number: int
    year: int
    month: int
    who: Person
    how: str = "plain"
    category: str
    matter: int
    n: int
    wording: int = 0
    home: int
    skips: bool = False
    repeats: int | None = None
    urgent: bool = False
    solved: bool = True
    satisfied: int | None = None
    anonymous: bool = False

    @property
    def record(self) -> Record:
        """As it is compared."""
        words = title(self.category, self.matter, self.n, self.wording)
        found = _record(str(self.number), self.who, self.how, self.category, words, village(self.home))
        return attrs.evolve(found, who=None) if self.anonymous else found


def petitions(seed: int = 2025) -> tuple[Told, ...]:
    """Two years of petitions: fewer of the second repeat an earlier one or skip a level."""
    made: list[Told] = []
    for year, many, repeated, skipping, urgent in ((2023, 350, 60, 24, 150), (2024, 320, 30, 12, 170)):
        since = len(made)
        for number in range(since, since + many):
            made.append(_told(seed, number, number - since, year, many, skipping, urgent))
        firsts = [one for one in made[since : since + many - repeated - 60] if not one.anonymous]
        for number in range(since + many - repeated, since + many):
            made[number] = _again(seed, made[number], firsts[drawn(seed, number, "first", below=len(firsts))])
    return tuple(made)


def _told(seed: int, number: int, within: int, year: int, many: int, skipping: int, urgent: int) -> Told:
    category = list(MATTERS)[drawn(seed, number, "category", below=len(MATTERS))]
    said = within % 16 != 5
    return Told(
        number=number,
        year=year,
        month=1 + within * 12 // many,
        who=person(seed, number),
        category=category,
        matter=drawn(seed, number, "matter", below=2),
        n=1 + drawn(seed, number, "n", below=9),
        home=drawn(seed, number, "home", below=VILLAGES),
        skips=within < skipping,
        urgent=within < urgent,
        satisfied=(3 if within % 25 == 23 else 4 + drawn(seed, number, "satisfied", below=2)) if said else None,
        anonymous=within % 80 == 5,
    )


def _again(seed: int, told: Told, first: Told) -> Told:
    """The same person on the same matter, written down in another way."""
    return attrs.evolve(
        told,
        who=first.who,
        how=HOW[drawn(seed, told.number, "how", below=len(HOW))],
        category=first.category,
        matter=first.matter,
        n=first.n,
        wording=1,
        home=first.home,
        repeats=first.number,
        anonymous=False,
    )


@attrs.frozen(kw_only=True)
class Years:
    """What came of two years, from the ledger.

    Attributes:
        figures: of each year.
        repeats_and_skips: how many there were, beside the year before.
        suggested: how many earlier petitions were suggested.
        confirmed: how many of these were confirmed.
        visits: how many of the four visits were made.
        channels: how many petitions came in by which channel.
    """

    figures: Mapping[int, Petitioned]
    repeats_and_skips: Change
    suggested: int
    confirmed: int
    visits: Mapping[str, int]
    channels: Mapping[str, int]


def play(office: Office, clock: FrozenClock, given: Sequence[Told]) -> Years:
    """Every petition, month by month; the clerk who accepts one confirms what the labels say, and nothing else.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
        given: the petitions, in the order in which they are lodged.
    """
    office.register.read(register(), source="county.json", format="json")
    index, ids, waiting = Index(), dict[int, str](), list[Told]()
    suggested = confirmed = 0
    for year, month in sorted({(one.year, one.month) for one in given}):
        clock.set(instant(f"{year}-{month:02}-03T09:00", ZONE))
        office.tick()
        with office.together() as desk:
            waiting = [one for one in waiting if not _visited_again(desk, one, ids[one.number])]
            for one in (one for one in given if (one.year, one.month) == (year, month)):
                likes = {
                    int(found.one if found.other == str(one.number) else found.other)
                    for found in index.like(one.record)
                }
                suggested += len(likes)
                previous = [one.repeats] if one.repeats in likes else []
                confirmed += len(previous)
                ids[one.number] = _handle(desk, one, [ids[number] for number in previous])
                if one.anonymous:
                    waiting.append(one)
                else:
                    index.add(one.record)
    clock.set(instant(f"{YEARS[-1] + 1}-02-20T09:00", ZONE))
    office.tick()
    for one in waiting:
        _visited_again(office, one, ids[one.number])
    figures = {year: petitioned(_lodged(office, year)) for year in sorted({one.year for one in given})}
    before, now = (figures[year].repeats_or_skips.n for year in YEARS)
    return Years(
        figures=figures,
        repeats_and_skips=Change(before, now),
        suggested=suggested,
        confirmed=confirmed,
        visits=visits(entry for _, entry in office.ledger.feed()),
        channels=Counter(str(case.data["channel"]) for year in YEARS for case in _lodged(office, year)),
    )


def _handle(office: Office, one: Told, previous: Sequence[str]) -> str:
    """A petition from the desk to the return visit; who is anonymous is visited when nobody can ask for a review any more."""
    names, phone, door = one.who.written(one.how)
    home, above = village(one.home), town(one.home % TOWNS)
    unit = above if one.skips else home
    petitioner = office.act_as(
        f"petitioner-{one.repeats or one.number}" if one.how == "plain" else f"written-{one.number}"
    )
    desk = office.petitions
    case = desk.lodge(
        title(one.category, one.matter, one.n, one.wording),
        unit=unit,
        origin=home,
        commission="commission",
        by=petitioner,
        category=one.category,
        channel=CHANNELS[one.number % len(CHANNELS)],
        anonymous=one.anonymous,
        names=() if one.anonymous else names,
        phone="" if one.anonymous else phone,
        door="" if one.anonymous else door,
        key=f"petition:{one.number}",
    )
    owner = officer(office, above)
    desk.accept(case, body=f"office-{above}", urgent=one.urgent, previous=previous, by=secretary(office, unit))
    desk.call(case, way="in-hand" if one.urgent else "scheduled", by=owner)
    desk.answer(case, "looked into on the spot", solved=one.solved, by=owner)
    if not one.anonymous:
        desk.evaluate(case, resolved=True, satisfied=one.satisfied, by=petitioner)
        desk.return_visit(case, settled=True, by=owner)
    return case.id


def _visited_again(office: Office, one: Told, case: str) -> bool:
    """Whether an anonymous petition was visited, once it waits for that."""
    above = town(one.home % TOWNS)
    if office.case(case).state != "to-visit":
        return False
    office.petitions.return_visit(case, settled=True, by=officer(office, above))
    return True


def _lodged(office: Office, year: int) -> Iterator[Case]:
    """The petitions that were lodged in a year."""
    low, high = instant(f"{year}-01-01T00:00", ZONE), instant(f"{year + 1}-01-01T00:00", ZONE)
    after = ""
    while True:
        page = office.find(flow="petition", opened_from=low, opened_before=high, limit=1000, after=after)
        yield from page.cases
        if not page.next:
            return
        after = page.next


# -- where people are received -----------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Sittings:
    """The sittings of the first quarter of 2024.

    Attributes:
        receptions: those of the towns, for each month.
        meetings: those of the villages.
    """

    receptions: Mapping[int, Keeping]
    meetings: Keeping


def _duty(office: Office, area: str, day: int) -> Case:
    """A town receives on a day of its own each month, a village meets on one each quarter."""
    is_town = area[0] == "T"
    every = f"FREQ=MONTHLY;BYMONTHDAY={day}" if is_town else f"FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY={day}"
    return office.routines.begin(
        "Reception | 接访" if is_town else "Yard meeting | 院坝会",
        category="sitting/reception" if is_town else "sitting/yard-meeting",
        every=Recurrence(rule=every, first=date(2024, 1, 1), roll="none"),
        bearer=area,
        unit=area,
        by=secretary(office, area),
    )


def receive(office: Office, clock: FrozenClock, *, missed: int = 0) -> Sittings:
    """Each town receives on a day of its own each month, each village meets once a quarter.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
        missed: how many villages do not meet.
    """
    office.register.read(register(), source="county.json", format="json")
    clock.set(instant("2023-12-31T09:00", ZONE))
    days = {town(n): 5 + n % 20 for n in range(TOWNS)} | {village(n): 1 + n % 28 for n in range(VILLAGES)}
    with office.together() as desk:
        duties = {area: _duty(desk, area, day) for area, day in days.items()}
    skipped = {village(n) for n in range(missed)}
    for month in (1, 2, 3):
        for day in range(1, 30):
            clock.set(instant(f"2024-{month:02}-{day:02}T15:00", ZONE))
            office.tick(limit=10_000)
            sitting = [area for area in days if days[area] == day and (area[0] == "T" or month == 1)]
            with office.together() as desk:
                for area in sitting:
                    if area not in skipped:
                        desk.routines.hold(duties[area], people=3, matters=1, by=officer(desk, area))
    clock.set(instant("2024-04-20T09:00", ZONE))
    office.tick(limit=10_000)
    facts = list(office.ledger.facts(flow="occasion"))
    spans = {month: (date(2024, month, 1), date(2024, month, 29)) for month in (1, 2, 3)}
    return Sittings(
        receptions={m: keeping(facts, *span, category="sitting/reception") for m, span in spans.items()},
        meetings=keeping(facts, date(2024, 1, 1), date(2024, 3, 31), category="sitting/yard-meeting"),
    )


# -- telling it --------------------------------------------------------------------------------------------------------


def shown(years: Years) -> str:
    """The figures of both years."""
    rows = [
        (name, *(getattr(figures, field) for figures in years.figures.values()))
        for name, field in (
            ("lodged | 提出", "lodged"),
            ("settled | 化解", "settled"),
            ("urgent, solved | 急难愁盼解决", "urgent_solved"),
            ("satisfied | 满意", "satisfied"),
            ("repeats | 重复", "repeats"),
            ("skips | 越级", "skips"),
        )
    ]
    return table(("figure | 指标", *(f"{year} | {year}" for year in years.figures)), rows)


def tell(folder: Path) -> Iterator[str]:
    """All of it, each in a store of its own under a folder."""
    precision, recall = measured(pairs())
    yield f"500 pairs: precision {precision}, recall {recall}"
    clock = FrozenClock(instant("2023-01-01T09:00", ZONE))
    with civicflow.open(f"sqlite:///{folder / 'petitions.db'}", clock=clock) as office:
        years = play(office, clock, petitions())
        yield shown(years)
        yield f"visits: {dict(years.visits)}; channels: {dict(years.channels)}"
        yield f"repeats and skips: {years.repeats_and_skips}; suggested {years.suggested}, confirmed {years.confirmed}"
    clock = FrozenClock(instant("2023-12-30T09:00", ZONE))
    with civicflow.open(f"sqlite:///{folder / 'sittings.db'}", clock=clock) as office:
        sittings = receive(office, clock)
        receptions = ", ".join(str(kept.held) for kept in sittings.receptions.values())
        yield f"receptions a month: {receptions}; yard meetings in the quarter: {sittings.meetings.held}"


def main() -> None:
    """Tell it."""
    with TemporaryDirectory() as folder:
        for line in tell(Path(folder)):
            print(line)


if __name__ == "__main__":
    main()
