"""Which records speak of the same: record linkage by exact keys first, then by scores that a person confirms or rejects.

Rules
-----
- **Exact keys first.** Two records that share a key (a person's id, a telephone, a file number) are the same, likeness 1, however
  the rest was written. Which keys are exact says whoever builds the records; a telephone of a shop, say, is none.
- **Then scores.** Who raised it and what it is about are compared apart, each field by itself; a record is as like another as the
  weaker of the two. What only one of them says counts neither way. What one has and the other lacks altogether is no likeness.
- **Names** are compared as people write them: with variants and traditional forms (張 is 张), spaces, middle dots, full-width letters,
  a form of address behind or before (张大爷, 老张), the family name first or last, and under any alias that was given. A name in
  Latin letters is that of a Chinese one only by an alias: several persons are called *Zhang Wei*.
- **Titles** are compared by their pairs of neighbouring characters, without what every petition says (关于……的问题); numbers
  in Chinese are numbers (三号楼 is 3号楼).
- **A score decides nothing.** Each suggestion gives its reasons; a person confirms it or rejects it, and what was rejected is not
  suggested again.
- Only records are compared that share something without which no score reaches `ENOUGH` (blocking), so the work grows with
  how many are alike, not with the square of how many there are. It loses no suggestion.

Source: the model of fields that agree and disagree is Fellegi and Sunter, "A Theory for Record Linkage" (Journal of the American
Statistical Association, 1969); the measure of titles is Dice's coefficient (1945). Traditional forms: General List of Simplified
Characters (简化字总表, 1986). Ours: the weights and `ENOUGH`. A score is a judgement put in figures so that it can be sorted and cut,
no frequency.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from types import MappingProxyType
from typing import Final

import attrs

from civicflow.hierarchy.naming import spelled
from civicflow.texts import Catalogue, Text

ENOUGH: Final = Fraction(1, 2)
"""How like two records have to be at least to be suggested; blocking rests on it, so that one may ask for more, never for less."""

_SENTENCES: Final = Catalogue(
    {
        "key": "the {key} is the same | {key}相同",
        "name": "the name is the same | 姓名相同",
        "name.written": "the name is the same, written differently | 姓名相同，仅写法不同",
        "name.alias": "one is called so by an alias of the other | 系对方别名",
        "name.family": "the family name is the same; the other part was not given | 姓氏相同，一方未留全名",
        "name.partly": "the family name and part of the given name are the same | 姓氏及名字部分相同",
        "name.other": "the names differ | 姓名不同",
        "door": "the door is the same | 住址相同",
        "door.other": "the doors differ | 住址不同",
        "key.other": "the {key} differs | {key}不同",
        "title": "the titles are the same | 标题相同",
        "title.written": "the titles are the same, written differently | 标题相同，仅写法不同",
        "title.partly": "{percent} % of the titles is the same | 标题重合度{percent}%",
        "category": "the category is the same | 类别相同",
        "category.partly": "the category is partly the same | 类别部分相同",
        "category.other": "the categories differ | 类别不同",
        "place": "the place is the same | 地点相同",
        "place.other": "the places differ | 地点不同",
    }
)


# -- what is compared --------------------------------------------------------------------------------------------------


def _keys(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key for key in (exact_key(key) for key in keys) if key)


def exact_key(key: str) -> str:
    """A key ``KIND:VALUE`` as it is compared; empty where it has no value. A ``phone`` is its digits, without China's prefix.

    >>> exact_key("phone:+86 139-0000 1234"), exact_key("phone: 　"), exact_key("person:P-1")
    ('phone:13900001234', '', 'person:P-1')
    """
    kind, _, value = key.partition(":")
    if kind == "phone":
        digits = "".join(letter for letter in spelled(value) if letter.isdecimal())
        value = re.sub(r"^(?:0086|86)(?=1\d{10}$)", "", digits)
    return f"{kind}:{value.strip()}" if value.strip() else ""


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in ((names,) if isinstance(names, str) else names) if name.strip())


@attrs.frozen(kw_only=True)
class Who:
    """Who raised something, as it was written.

    Attributes:
        names: the name and its aliases, for instance ``("张伟", "Zhang Wei")``.
        keys: exact ones, ``KIND:VALUE``, for instance ``phone:13900001234``.
        door: where they live, in words; it supports a name, and decides nothing by itself, since families share it.
    """

    names: tuple[str, ...] = attrs.field(default=(), converter=_names)
    keys: frozenset[str] = attrs.field(default=frozenset(), converter=_keys)
    door: str = ""


@attrs.frozen(kw_only=True)
class What:
    """What something is about.

    Attributes:
        title: in somebody's own words.
        category: levels apart by ``/``, for instance ``roads/lamps``; empty where unknown.
        place: the code of the unit or place; empty where unknown.
        keys: exact ones, ``KIND:VALUE``, for instance a file number that both cite.
    """

    title: str = ""
    category: str = ""
    place: str = ""
    keys: frozenset[str] = attrs.field(default=frozenset(), converter=_keys)


@attrs.frozen(kw_only=True)
class Record:
    """Something that may have been recorded before.

    Attributes:
        id: its own.
        who: who raised it; None where that does not matter, or nobody is known.
        what: what it is about; None where that does not matter.
        pool: only records of one pool are compared, for instance those of one community.
    """

    id: str
    who: Who | None = None
    what: What | None = None
    pool: str = ""


@attrs.frozen
class Likeness:
    """How like two records are.

    Attributes:
        score: 0 (nothing speaks for it) to 1 (they share an exact key), exact.
        reasons: what speaks for it and against it, in sentences.
    """

    score: Fraction
    reasons: tuple[Text, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left to be judged."""
        return self.score == 1


@attrs.frozen(kw_only=True)
class Suggestion:
    """That two records may speak of the same.

    Attributes:
        one, other: their ids, the lesser first.
        likeness: how like they are, and why.
    """

    one: str
    other: str
    likeness: Likeness

    @property
    def pair(self) -> tuple[str, str]:
        """Both ids."""
        return self.one, self.other


# -- fields ------------------------------------------------------------------------------------------------------------

_TRADITIONAL: Final = str.maketrans(
    "張陳劉楊黃趙吳孫馬羅鄭謝韓馮鄧許蔣賈葉閻閆鍾譚陸範盧蘇呂萬龍錢湯賀賴龔顧嚴齊莊魯韋歐陽倫傑偉強麗華國軍愛蘭鳳紅榮賢東廣慶蓮貴寶財興勝鵬飛鋒銘"
    "銀鐵鎮長貞瑩潔靜豔艷瓊瑤雲樂業義禮儉讓誠謙學書畫輝煒燁燦煥曉曄暉時實賓憲聖運遠達進連選遲適郵鄉鄒鄺餘餚鄔區蕭衛滿補樓橋權機條沒決濟渾溝潤漢瀾"
    "灣為無爾猶獻獲環現瑪電疇瘋皚監盤眾矯碩確種稱穩窮競筆節築簡糧紀約級純納紗紹經綠維網綱緒綺緣練縣總績織繼續聯聲職肅臨與舊艦蒼葦藝蘆燈壞聽礦戶關"
    "於給發費鄰場務濫辦訴",
    "张陈刘杨黄赵吴孙马罗郑谢韩冯邓许蒋贾叶阎闫钟谭陆范卢苏吕万龙钱汤贺赖龚顾严齐庄鲁韦欧阳伦杰伟强丽华国军爱兰凤红荣贤东广庆莲贵宝财兴胜鹏飞锋铭"
    "银铁镇长贞莹洁静艳艳琼瑶云乐业义礼俭让诚谦学书画辉炜烨灿焕晓晔晖时实宾宪圣运远达进连选迟适邮乡邹邝余肴邬区萧卫满补楼桥权机条没决济浑沟润汉澜"
    "湾为无尔犹献获环现玛电畴疯皑监盘众矫硕确种称稳穷竞笔节筑简粮纪约级纯纳纱绍经绿维网纲绪绮缘练县总绩织继续联声职肃临与旧舰苍苇艺芦灯坏听矿户关"
    "于给发费邻场务滥办诉",
)
_COMPOUND: Final = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒"
    "|鲜于|司空|闾丘|令狐|百里|呼延"
)
_ADDRESS: Final = re.compile(
    "(?<=.)(?:老人家|老大爷|老大娘|老师傅|大爷|大娘|大妈|大伯|大叔|大哥|大姐|大嫂|爷爷|奶奶|叔叔|阿姨|伯伯|婆婆|嬢嬢|孃孃|师傅|老师|医生|先生|女士|小姐|同志"
    "|主任|书记|村长|组长|经理|老板|某某|某)$|(?<=^.)[总姐哥叔姨婶嫂伯]$"
)
_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "dr"})
_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_WORD: Final = re.compile(r"[^\W_]+")


@attrs.frozen
class Name:
    """A person's name as it is compared.

    Attributes:
        forms: every order in which its parts may stand.
        family: the family name of a Chinese one; empty where it cannot be told.
        given: the rest of it; empty where only a form of address was written.
    """

    forms: frozenset[str]
    family: str = ""
    given: str = ""


@lru_cache(maxsize=65_536)
def read_name(name: str) -> Name:
    """A name as somebody wrote it.

    >>> sorted(read_name("張 建国").forms), read_name("张大爷")
    (['建国张', '张建国'], Name(forms=frozenset(), family='张', given=''))
    >>> read_name("ZHANG, Wei").forms == read_name("Wei Zhang").forms
    True
    """
    words = [word for word in _WORD.findall(spelled(name).translate(_TRADITIONAL)) if word not in _TITLES]
    whole = "".join(words)
    if not _HAN.search(whole):
        return Name(_orders(words))
    bare = _ADDRESS.sub("", whole)
    called = bare != whole
    if len(bare) == 2 and bare[0] in "老小" and bare[1] not in "老小":
        bare, called = bare[1], True
    size = 2 if _COMPOUND.match(bare) else 1
    family, given = bare[:size], bare[size:]
    if not given:
        return Name(frozenset() if called else frozenset({bare}), family)
    if len(words) > 1 and not called:
        return Name(_orders(words), family, given)
    return Name(frozenset({bare}), family, given)


def _orders(words: list[str]) -> frozenset[str]:
    return frozenset("".join(words[i:] + words[:i]) for i in range(len(words)))


def names_alike(one: str, other: str) -> Fraction:
    """How like two names of persons are, 0 to 1: 1 for one name in two spellings, ½ for a family name alone.

    >>> [str(names_alike("张建国", name)) for name in ("張建國", "张健国", "张大爷", "张秀英", "王建国")]
    ['1', '3/4', '1/2', '0', '0']
    """
    here, there = read_name(one), read_name(other)
    if here.forms & there.forms:
        return Fraction(1)
    if not here.family or here.family != there.family:
        return Fraction(0)
    if not (here.given and there.given):
        return Fraction(1, 2)
    shared = (Counter(here.given) & Counter(there.given)).total()
    return (1 + Fraction(shared, max(len(here.given), len(there.given)))) / 2 if shared else Fraction(0)


_EMPTY_WORDS: Final = re.compile(
    "关于|反映|投诉|举报|请求|要求|希望|咨询|建议|尽快|解决|处理|问题|情况|诉求|事宜|一事|的|了|吗|呢|吧|请|\\b(?:the|a|an|of|please)\\b"
)
_NUMERALS: Final = MappingProxyType({letter: n for n, letter in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2})
_TENS: Final = re.compile("([一二三四五六七八九])?十([一二三四五六七八九])?")


def words_of(title: str) -> str:
    """A title as it is compared: without what every petition says, marks and blanks, with numbers in figures.

    >>> words_of("关于三号楼的问题！"), words_of("3号楼"), words_of("关于……的问题")
    ('3号楼', '3号楼', '关于的问题')
    """
    text = _EMPTY_WORDS.sub(" ", spelled(title).translate(_TRADITIONAL))
    text = _TENS.sub(lambda m: str(10 * _NUMERALS[m[1] or "一"] + (_NUMERALS[m[2]] if m[2] else 0)), text)
    text = "".join(_WORD.findall("".join(str(_NUMERALS.get(letter, letter)) for letter in text)))
    return text or "".join(_WORD.findall(spelled(title)))


@lru_cache(maxsize=65_536)
def pairs_of(title: str) -> Mapping[str, int]:
    """The pairs of neighbouring characters of a title, each with how often it stands there; of one character itself.

    >>> pairs_of("关于三号楼的问题") == pairs_of("3号楼")
    True
    """
    text = words_of(title)
    return MappingProxyType(Counter(text[i : i + 2] for i in range(max(len(text) - 1, 1))) if text else {})


def titles_alike(one: str, other: str) -> Fraction:
    """Dice's coefficient of the pairs of two titles, 0 to 1.

    >>> titles_alike("关于路灯不亮的问题", "路灯不亮"), titles_alike("路灯不亮", "水管漏水")
    (Fraction(1, 1), Fraction(0, 1))
    """
    here, there = pairs_of(one), pairs_of(other)
    total = sum(here.values()) + sum(there.values())
    return Fraction(2 * sum(min(n, there.get(pair, 0)) for pair, n in here.items()), total) if total else Fraction(0)


def categories_alike(one: str, other: str) -> Fraction:
    """How much of the longer of two categories is shared from its top.

    >>> categories_alike("roads/lamps", "roads/holes"), categories_alike("roads", "water")
    (Fraction(1, 2), Fraction(0, 1))
    """
    here, there = spelled(one).split("/"), spelled(other).split("/")
    same = 0
    for mine, yours in zip(here, there, strict=False):
        if mine != yours:
            break
        same += 1
    return Fraction(same, max(len(here), len(there)))


# -- comparing ---------------------------------------------------------------------------------------------------------

_DOUBT: Final = Fraction(1, 4)
"""Speaks against every likeness to begin with, so that little evidence is not taken for much."""

_Field = tuple[int, Fraction, Text]
"""The weight of a field, how far both agree in it, 0 to 1, and that in words."""


def _weighed(fields: Iterable[_Field]) -> Likeness:
    found = tuple(fields)
    speaks = sum((weight * agrees for weight, agrees, _ in found), Fraction(0))
    return Likeness(speaks / (sum(weight for weight, _, _ in found) + _DOUBT), tuple(text for _, _, text in found))


def _exact(here: frozenset[str], there: frozenset[str]) -> Likeness | None:
    # The value of a key may be a telephone: whoever reads the reason sees which kind it is, and looks it up where they may.
    kinds = sorted(_kinds_of(here & there))
    return (
        Likeness(Fraction(1), tuple(_SENTENCES.say("key", key=_KINDS.get(kind) or Text.same(kind)) for kind in kinds))
        if kinds
        else None
    )


def _kinds_of(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(key.partition(":")[0] for key in keys)


_KINDS: Final = MappingProxyType(
    {
        name: Text.of(text)
        for name, text in {
            "phone": "telephone | 电话",
            "person": "person's id | 人员编号",
            "number": "number | 编号",
            "door": "door | 住址",
            "words": "title, category and place | 标题、类别与地点",
        }.items()
    }
)


def who_alike(one: Who, other: Who) -> Likeness:
    """Whether two were raised by the same person; without a name or a key that both have, nothing tells."""
    exact = _exact(one.keys, other.keys)
    if exact is not None:
        return exact
    return _weighed(_persons(one, other)) if one.names and other.names else Likeness(Fraction(0))


def _persons(one: Who, other: Who) -> Iterator[_Field]:
    best = max(names_alike(mine, yours) for mine in one.names for yours in other.names)
    first = names_alike(one.names[0], other.names[0])
    yield 3, best, _SENTENCES[_of_names(best, first, same=one.names[0] == other.names[0])]
    for kind in sorted(_kinds_of(one.keys) & _kinds_of(other.keys)):
        yield 1, Fraction(0), _SENTENCES.say("key.other", key=_KINDS.get(kind) or Text.same(kind))
    if one.door and other.door:
        same = _plain(one.door) == _plain(other.door)
        yield 2, Fraction(same), _SENTENCES["door" if same else "door.other"]


def _of_names(best: Fraction, first: Fraction, *, same: bool) -> str:
    if best == 1:
        return "name" if same else "name.alias" if first < 1 else "name.written"
    return "name.other" if not best else "name.family" if best == Fraction(1, 2) else "name.partly"


def _plain(words: str) -> str:
    return "".join(_WORD.findall(spelled(words)))


def what_alike(one: What, other: What) -> Likeness:
    """Whether two are about the same matter; without a pair of characters that both titles have, they are not."""
    exact = _exact(one.keys, other.keys)
    if exact is not None:
        return exact
    score = titles_alike(one.title, other.title)
    return _weighed(_matters(one, other, score)) if score else Likeness(Fraction(0))


def _matters(one: What, other: What, title: Fraction) -> Iterator[_Field]:
    same, percent = one.title == other.title, round(100 * title)
    name = ("title" if same else "title.written") if title == 1 else "title.partly"
    yield 3, title, _SENTENCES[name] if title == 1 else _SENTENCES.say(name, percent=percent)
    if one.category and other.category:
        agrees = categories_alike(one.category, other.category)
        yield 1, agrees, _SENTENCES[f"category{'' if agrees == 1 else '.partly' if agrees else '.other'}"]
    if one.place and other.place:
        here = one.place == other.place
        yield 1, Fraction(here), _SENTENCES["place" if here else "place.other"]


def alike(one: Record, other: Record) -> Likeness:
    """How like two records are: as the weaker of who raised them and what they are about.

    >>> one = Record(id="1", who=Who(names="张建国", keys=["phone:139"]), what=What(title="路灯不亮"))
    >>> other = Record(id="2", who=Who(names="老张", keys=["phone:139"]), what=What(title="关于路灯不亮的问题"))
    >>> alike(one, other).score
    Fraction(12, 13)
    """
    nothing = Likeness(Fraction(0))
    found: list[Likeness] = []
    if one.who is not None or other.who is not None:
        found.append(who_alike(one.who, other.who) if one.who is not None and other.who is not None else nothing)
    if one.what is not None or other.what is not None:
        found.append(what_alike(one.what, other.what) if one.what is not None and other.what is not None else nothing)
    if not found or one.pool != other.pool:
        return nothing
    return Likeness(min(each.score for each in found), tuple(text for each in found for text in each.reasons))


# -- suggesting --------------------------------------------------------------------------------------------------------


class Index:
    """Records in blocks, so that one finds those like it without looking at all of them."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._blocks: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Put a record in; the same one twice would be found twice."""
        for block in blocks_of(record):
            self._blocks[record.pool, block].append(record)

    def near(self, record: Record) -> tuple[Record, ...]:
        """Every record that shares a block with this one, each once, by id; among them all that are like it by `ENOUGH`."""
        found = {
            other.id: other
            for block in blocks_of(record)
            for other in self._blocks.get((record.pool, block), ())
            if other.id != record.id
        }
        return tuple(other for _, other in sorted(found.items()))

    def like(self, record: Record, at_least: Fraction = ENOUGH) -> tuple[Suggestion, ...]:
        """Which records may speak of the same as this one, the likest first, then by id.

        Args:
            record: need not have been put in.
            at_least: how like; not below `ENOUGH`, under which blocks hide some.
        """
        return _sorted(_judge([(record, other) for other in self.near(record)], at_least))


def blocks_of(record: Record) -> frozenset[str]:
    """What a record shares with each one that is like it by `ENOUGH` or more.

    Who raised it tells more records apart than what it is about, so its blocks are those of the person where there is one.
    """
    if record.who is not None:
        return frozenset(_blocks_of_person(record.who))
    if record.what is None:
        return frozenset()
    return record.what.keys | {f"pair {pair}" for pair in pairs_of(record.what.title)}


def _blocks_of_person(who: Who) -> Iterator[str]:
    yield from who.keys
    for written in who.names:
        name = read_name(written)
        yield from (f"name {form}" for form in name.forms)
        if name.family:
            yield from (f"part {name.family} {letter}" for letter in name.given)
            if who.door:  # a family name alone is enough beside a door
                yield f"door {name.family} {_plain(who.door)}"


def suggest(
    records: Iterable[Record],
    *,
    at_least: Fraction = ENOUGH,
    rejected: Iterable[tuple[str, str]] = (),
) -> tuple[Suggestion, ...]:
    """Which of many records may speak of the same: the likest first, then by their ids.

    Args:
        records: in any order, each id once.
        at_least: how like; not below `ENOUGH`.
        rejected: pairs of which a person said that they are not the same.
    """
    blocks: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in sorted(records, key=lambda record: record.id):
        for block in blocks_of(record):
            blocks[record.pool, block].append(record)
    no = {tuple(sorted(pair)) for pair in rejected}
    met = {(one.id, other.id): (one, other) for block in blocks.values() for one, other in combinations(block, 2)}
    return _sorted(_judge((pair for ids, pair in met.items() if ids not in no), at_least))


def _judge(pairs: Iterable[tuple[Record, Record]], at_least: Fraction) -> Iterator[Suggestion]:
    for one, other in pairs:
        likeness = alike(one, other)
        if likeness.score >= max(at_least, ENOUGH):
            first, second = sorted((one.id, other.id))
            yield Suggestion(one=first, other=second, likeness=likeness)


def _sorted(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    return tuple(sorted(suggestions, key=lambda found: (-found.likeness.score, found.pair)))


def groups(confirmed: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Who belongs together by pairs that were confirmed: each group sorted, and the groups, too.

    >>> groups([("b", "a"), ("d", "e"), ("b", "c")])
    (('a', 'b', 'c'), ('d', 'e'))
    """
    head: dict[str, str] = {}

    def top(one: str) -> str:
        while head.setdefault(one, one) != one:
            head[one] = one = head[head[one]]
        return one

    for one, other in confirmed:
        first, second = sorted((top(one), top(other)))
        head[second] = first
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in sorted(head):
        found[top(one)].append(one)
    return tuple(tuple(group) for _, group in sorted(found.items()))
