"""What a step does, in words: ``climb``, ``keep: [title]``, ``tell supervisor late``.

The table below is the whole vocabulary. A word that needs one thing takes it behind itself; one that needs more takes a
record. Effects that are a Python function are called by their name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.markup import AnyNode, Record, Scalar
from civicflow.workflows.engine.children import Afresh, Drop, EachBody, Spawn
from civicflow.workflows.engine.effects import (
    Anchor,
    Climb,
    Compute,
    Count,
    Extend,
    Keep,
    Lift,
    Promise,
    PutOnHold,
    Stamp,
    Turn,
)
from civicflow.workflows.engine.flow import Named
from civicflow.workflows.engine.matters import Brood, CarryTo, Link, Linked, Raise
from civicflow.workflows.engine.telling import Tell, TellEach, TellRequester
from civicflow.workflows.files.sentences import SENTENCES, fault, hint
from civicflow.workflows.files.shapes import (
    FIELD,
    Both,
    Called,
    Field,
    Fields,
    Flag,
    Key,
    Many,
    Reading,
    Spoilt,
    Whole,
    Word,
    is_nothing,
    joined,
    pairs_of,
)
from civicflow.workflows.files.timing import OneOf
from civicflow.workflows.files.who import WhoShape, who_of

_NAME: Final = Word("a.name", r"[A-Za-z][A-Za-z0-9._-]*")
_MESSAGE: Final = Both(gaps=frozenset({"{title}"}))


@attrs.frozen
class Function:
    """A Python function by the name under which it is known."""

    def read(self, node: AnyNode, path: str, at: Reading) -> Named:
        """The function."""
        name = Word().read(node, path, at).replace(" ", "-")
        if name not in at.known.functions:
            what = {"kind": SENTENCES["kind.function"], "hint": hint(name, at.known.functions)}
            raise at.note(node, path, "unknown-name", name, **what)
        return at.known.functions[name]

    def write(self, value: Named) -> str:
        """Its name."""
        return value.name

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "minLength": 1}


@attrs.frozen
class Verb:
    """One word of the vocabulary.

    Attributes:
        makes: the class of the effect.
        says: what it does, in both languages.
        keys: what it needs, by the names of the class's attributes.
        main: which of them may stand behind the word alone.
        words: what an attribute is called in a file, where that differs.
    """

    makes: Callable[..., Any]
    says: str
    keys: Mapping[str, Key] = attrs.field(factory=dict)
    main: str = ""
    words: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def fields(self) -> Fields:
        """What stands behind the word, as a record."""
        return Fields({self.words.get(name, name): key for name, key in self.keys.items()})

    def make(self, given: Mapping[str, Any]) -> Any:
        """The effect of what was given."""
        names = {self.words.get(name, name): name for name in self.keys}
        return self.makes(**{names[word]: value for word, value in given.items()})

    def given(self, effect: Any) -> dict[str, Any]:
        """What an effect was made of, without what is usual."""
        given = {}
        for field in attrs.fields(type(effect)):
            value = getattr(effect, field.name)
            if field.name in self.keys and value != field.default:
                given[self.words.get(field.name, field.name)] = value
        return given

    @property
    def needs(self) -> bool:
        """Whether the word alone says nothing."""
        return any(key.required for key in self.keys.values())


_FIELDS: Final = Many(Field())
_SLOTS: Final = Many(Called("slot"))

VERBS: Final[Mapping[str, Verb]] = {
    "keep": Verb(
        Keep,
        "keep fields in the case | 把字段记入事项",
        {
            "fields": Key(_FIELDS, "kept as they are, empty ones too | 原样记存，空值亦然"),
            "given": Key(_FIELDS, "kept only where something was given | 填写了才记存"),
        },
        "fields",
    ),
    "count": Verb(
        Count,
        "count up by one in the case | 在事项中加一计数",
        {"field": Key(Word("a.field", FIELD), "what is counted | 计数项", required=True)},
        "field",
    ),
    "stamp": Verb(
        Stamp,
        "note the moment | 记下时刻",
        {
            "of": Key(OneOf(("handled", "evaluated")), "what ended then | 何事至此完成"),
            "keep": Key(Flag(), "an earlier moment stands | 已有时刻的保留"),
            "clear": Key(Flag(), "no moment stands | 清除时刻"),
        },
        "of",
    ),
    "promise": Verb(
        Promise,
        "promise an end within what a field gives | 按字段所填承诺时限",
        {"field": Key(Field(), "a time limit or an instant | 时限或时刻", required=True)},
        "field",
    ),
    "anchor": Verb(
        Anchor,
        "name one of the case's units anew | 重新指定事项的某个单位",
        {
            "name": Key(_NAME, "what it is called from now on | 此后的称呼", required=True),
            "of": Key(_NAME, "the anchor that it is | 所指单位", required=True),
        },
    ),
    "climb": Verb(Climb, "hand the case one level up | 上交一级"),
    "open": Verb(
        Spawn,
        "open a child for each body | 为每个单位开立子项",
        {
            "slot": Key(Called("slot"), "the slot | 子项栏", required=True),
            "bodies": Key(Field(), "the field that names the bodies | 列出单位的字段"),
            "openings": Key(Function(), "or the function that makes the children | 或生成子项的函数"),
            "state": Key(_NAME, "the state in which they begin | 子项的起始状态", required=True),
            "promised": Key(Field(), "the field with their promise | 填写承诺时限的字段"),
            "binding": Key(
                Flag(), "the time limit of their state is a promise where none was given | 未承诺时以该状态时限为承诺"
            ),
        },
    ),
    "afresh": Verb(
        Afresh,
        "children that have ended no longer count in joins | 已终结的子项不再计入合并",
        {"slots": Key(_SLOTS, "the slots | 子项栏", required=True)},
        "slots",
    ),
    "drop": Verb(
        Drop,
        "end the children that are still open | 终结仍未完结的子项",
        {
            "slots": Key(_SLOTS, "the slots | 子项栏", required=True),
            "state": Key(_NAME, "the final state they end in | 终结状态", required=True),
        },
    ),
    "tell requester": Verb(
        TellRequester,
        "tell whoever raised it | 告知提出人",
        {"topic": Key(_NAME, "what it is about | 主题", required=True), "text": Key(_MESSAGE, "what is said | 内容")},
        "topic",
    ),
    "tell": Verb(
        Tell,
        "tell somebody | 告知",
        {
            "who": Key(WhoShape(), "whom | 对象", required=True),
            "topic": Key(_NAME, "what it is about | 主题", required=True),
            "text": Key(_MESSAGE, "what is said; the text of the topic where left out | 内容；不写则取该主题的文本"),
        },
    ),
    "tell each": Verb(
        TellEach,
        "tell each unit or person that a field names | 告知字段所列的各单位或各人",
        {
            "field": Key(Field(), "the field that names the units or persons | 列出单位或人员的字段", required=True),
            "topic": Key(_NAME, "what it is about | 主题", required=True),
            "text": Key(_MESSAGE, "what is said | 内容", required=True),
            "post": Key(_NAME, "of units, whose post | 单位的岗位"),
        },
    ),
    "hold": Verb(
        PutOnHold,
        "stop the case's clocks | 停止计时（挂账）",
        {
            "name": Key(_NAME, "what it waits for | 等待的事由", required=True),
            "then": Key(Called("step"), "the step that ends it at the latest | 到期恢复的步骤", required=True),
            "within": Key(Field(), "the field that says how long | 填写期限的字段"),
        },
    ),
    "lift": Verb(
        Lift, "end a hold | 解除挂账", {"name": Key(_NAME, "what it waited for | 等待的事由", required=True)}, "name"
    ),
    "extend": Verb(
        Extend,
        "put a span off | 延长跨状态时限",
        {
            "span": Key(Called("span"), "the span | 跨状态时限", required=True),
            "field": Key(Field(), "the field that says how long | 填写期限的字段"),
        },
        "span",
        {"field": "within"},
    ),
    "turn": Verb(Turn, "begin a new round | 开始新一轮"),
    "link": Verb(
        Link,
        "tie the case to other matters | 关联其他事项",
        {
            "name": Key(_NAME, "the name of the tie | 关联名称", required=True),
            "field": Key(Field(), "the field that names them | 列出事项的字段", required=True),
        },
    ),
    "carry": Verb(
        CarryTo,
        "take a step on every matter that was read | 对所读事项各执行一步",
        {
            "read": Key(_NAME, "the name of the read | 读取名称", required=True),
            "step": Key(_NAME, "the step there | 该事项的步骤", required=True),
            "data": Key(Function(), "the function that makes what it is given | 生成所需数据的函数", required=True),
        },
    ),
    "raise": Verb(
        Raise,
        "begin matters of another flow, tied to this one | 提起其他流程的事项并相互关联",
        {
            "flow": Key(_NAME, "the other flow | 其他流程", required=True),
            "step": Key(_NAME, "its first step, taken by a rule | 其首步，由规则执行", required=True),
            "matters": Key(Function(), "the function that says which to begin | 生成所提事项的函数", required=True),
            "tie": Key(_NAME, "what this one calls them | 本事项对其的称谓", required=True),
            "back": Key(_NAME, "what they call this one, origin if left out | 其对本事项的称谓，默认 origin"),
        },
    ),
    "compute": Verb(
        Compute,
        "keep what a function computes | 记存函数算得的值",
        {"values": Key(Function(), "the function | 函数", required=True)},
        "values",
    ),
}
"""What a step may do, by the word for it."""

READS: Final[Mapping[str, Verb]] = {
    "linked": Verb(
        Linked,
        "the matters it is tied to, or that a field names | 所关联的、或字段所列的事项",
        {
            "name": Key(_NAME, "the name of the tie | 关联名称", required=True),
            "field": Key(Field(), "the field | 字段"),
        },
        "name",
    ),
    "brood": Verb(
        Brood,
        "the mass children of a round | 某一轮的群子项",
        {
            "name": Key(_NAME, "the name of the brood | 群子项名称", required=True),
            "back": Key(Whole(0), "how many rounds ago | 几轮之前"),
        },
        "name",
    ),
}
"""What a step may read beyond its matter, by the word for it."""


@attrs.frozen
class Phrase:
    """A word of a vocabulary with what it needs.

    Attributes:
        verbs: the vocabulary.
        named: whole effects may be called by their name, too.
    """

    verbs: Mapping[str, Verb]
    named: bool = False

    def read(self, node: AnyNode, path: str, at: Reading) -> Any:
        """The effect."""
        if isinstance(node, Scalar):
            return self._short(node, Word().read(node, path, at), path, at)
        pairs = list(pairs_of(node, path, at))
        if len(pairs) != 1:
            raise at.note(node, path, "one-verb", n=len(pairs))
        key, value = pairs[0]
        if key.text not in self.verbs:
            raise self._unknown(key, key.text, path, at)
        return self._made(key, self.verbs[key.text], key.text, value, joined(path, key.text), at)

    def _short(self, node: Scalar, text: str, path: str, at: Reading) -> Any:
        if self.named and text.replace(" ", "-") in at.known.effects:
            return at.known.effects[text.replace(" ", "-")]
        for word in sorted(self.verbs, key=len, reverse=True):
            if text == word:
                return self._made(node, self.verbs[word], word, Scalar("", node.line, node.column, null=True), path, at)
            if text.startswith(f"{word} "):
                rest = Scalar(text.removeprefix(word).strip(), node.line, node.column + len(word) + 1)
                if word == "tell":
                    return _told(node, rest, path, at)
                return self._made(node, self.verbs[word], word, rest, path, at)
        raise self._unknown(node, text, path, at)

    def _unknown(self, node: Scalar, text: str, path: str, at: Reading) -> Spoilt:
        words = [*self.verbs, *(at.known.effects if self.named else ())]
        return at.note(node, path, "unknown-word", text, hint=hint(text, words))

    def _made(self, key: Scalar, verb: Verb, word: str, node: AnyNode, path: str, at: Reading) -> Any:
        if is_nothing(node):
            if verb.needs:
                needed = ", ".join(verb.words.get(name, name) for name, k in verb.keys.items() if k.required)
                raise at.note(key, path, "missing", word, key=needed)
            return verb.make({})
        if not verb.keys:
            raise at.note(node, path, "takes-none", this=f"“{word}”")
        if isinstance(node, Record) or not verb.main:
            given = verb.fields.read(node, path, at)
        else:
            given = {verb.words.get(verb.main, verb.main): verb.keys[verb.main].shape.read(node, path, at)}
        return _finished(key, verb, given, path, at)

    def write(self, value: Any) -> Any:
        """The word, with what it needs behind it."""
        for word, verb in self.verbs.items():
            if type(value) is verb.makes:
                return self._said(word, verb, value)
        raise InvalidInput("a step does what a file has no word for", [fault("unsaid", this=type(value).__name__)])

    def _said(self, word: str, verb: Verb, value: Any) -> Any:
        given = verb.given(value)
        if isinstance(value, Spawn) and isinstance(value.openings, EachBody):
            given = {**given, "bodies": value.openings.field}
            del given["openings"]
        if not given:
            return word
        said = verb.fields.write(given)
        main = verb.words.get(verb.main, verb.main)
        if set(said) == {main} and not isinstance(said[main], dict):
            return {word: said[main]}
        return {word: said}

    def schema(self) -> dict[str, Any]:
        """A word with what it needs, or a record of one word."""

        def behind(verb: Verb) -> dict[str, Any]:
            long = verb.fields.schema()
            return {"anyOf": [verb.keys[verb.main].shape.schema(), long]} if verb.main else long

        properties = {
            word: {"description": verb.says, **behind(verb)} for word, verb in self.verbs.items() if verb.keys
        }
        words = "|".join(sorted(self.verbs, key=len, reverse=True))
        short = (
            {"type": "string", "minLength": 1} if self.named else {"type": "string", "pattern": f"^({words})( .+)?$"}
        )
        record = {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "properties": properties,
            "additionalProperties": False,
        }
        return {"title": "effect" if self.named else "read", "anyOf": [short, record]}


def _told(node: Scalar, rest: Scalar, path: str, at: Reading) -> Tell:
    """``tell WHO TOPIC``: the topic is the last word."""
    who_text, _, topic = rest.text.rpartition(" ")
    who = who_of(who_text.strip(), at.roles)
    if who is None:
        raise at.note(rest, path, "who", who_text or rest.text, hint=hint(who_text or rest.text, at.roles))
    given: dict[str, Any] = {"who": who, "topic": topic}
    made: Tell = _finished(node, VERBS["tell"], given, path, at)
    return made


def _finished(key: Scalar, verb: Verb, given: dict[str, Any], path: str, at: Reading) -> Any:
    """The effect, with what follows from elsewhere: the text of its topic, the bodies of its field."""
    if verb.makes in (Tell, TellRequester) and "text" not in given:
        topic = given["topic"]
        if topic not in at.texts:
            what = {"kind": SENTENCES["kind.text"], "hint": hint(topic, at.texts)}
            raise at.note(key, path, "unknown-name", topic, **what)
        given = {**given, "text": at.texts[topic]}
    if verb.makes is Spawn:
        if ("bodies" in given) == ("openings" in given):
            raise at.note(key, path, "one-of-two", this="“bodies”", that="“openings”")
        if "bodies" in given:
            given = {**given, "openings": EachBody(given.pop("bodies"))}
    if verb.makes is Keep:
        given = {"fields": (), **given}
    return verb.make(given)


EFFECTS: Final = Many(Phrase(VERBS, named=True))
READING: Final = Many(Phrase(READS))
