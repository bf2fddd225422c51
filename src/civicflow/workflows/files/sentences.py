"""What is said of a flow file that is not right, in both languages, by the symbol of the fault."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from civicflow.errors import Fault
from civicflow.texts import Catalogue, Text, listing

SENTENCES: Final = Catalogue(
    {
        "not-sound": "{source} is no sound flow; nothing was loaded | {source}不是可用的流程定义，未载入任何内容",
        "not-routing": "{source} holds no routing rules that can be used; nothing was loaded | {source}不是可用的派单规则，未载入任何内容",
        "not-services": "{source} holds no catalogue of services that can be used; nothing was loaded | {source}不是可用的服务事项目录，未载入任何内容",
        "money": "an amount is written as 500.00 CNY | 金额应写作500.00 CNY",
        "expected": "{wanted} was expected, not {given} | 此处应为{wanted}，而不是{given}",
        "unknown-key": "there is no such key here{hint} | 此处没有这个键{hint}",
        "unknown-name": "there is no such {kind}{hint} | 没有这样的{kind}{hint}",
        "unknown-word": "this is none of the words that are known here{hint} | 此处不认识这个词{hint}",
        "missing": "{key} is missing | 缺少{key}",
        "twice": "this stands on line {first} already | 第{first}行已有这一项",
        "translation": Text(
            "missing translation: write both languages, as in “returned | 已退单”",
            "缺少译文：请写出两种语言，如“returned | 已退单”",
        ),
        "character": "it holds {this}, which is no character of a text; remove it | 含有{this}，不是文本字符，请删除",
        "one-of-two": "give either {this} or {that}, not both | {this}与{that}只能写一个",
        "needs": "{this} says nothing without {that}; give both | 只写{this}没有意义，须同时写{that}",
        "limit": "a time limit is written as “3 workdays”, “5 days” or “2 hours” | 时限写作“3 workdays”“5 days”“2 hours”或“3个工作日”",
        "recurrence": "this recurs on no day: {problem} | 重复规则无效：{problem}",
        "day": "a day is written as 2026-01-31 | 日期写作2026-01-31",
        "who": "say who by “requester”, “anyone”, “clock”, “join”, “rule”, a role of this file, or “POST of ANCHOR” as in “secretary of unit”{hint} | 由谁办理：可写“requester”“anyone”“clock”“join”“rule”、本文件的角色，或“职务 of 单位”，如“secretary of unit”{hint}",
        "rule": "a rule is written as “at most 500”, “at least 1”, “more than 3”, “less than 3”, “between 1 and 5”, “is x”, “is not x”, “one of x, y”, “none of x, y”, “is given” or “is empty” | 规则写作“at most 500”“at least 1”“more than 3”“less than 3”“between 1 and 5”“is x”“is not x”“one of x, y”“none of x, y”“is given”或“is empty”",
        "not-ordered": "a value of type {type} is neither more nor less than another one; say “is”, “one of” or “none of” | {type}类型的值没有大小之分，请用“is”“one of”或“none of”",
        "counted": "of a list only its length and its entries can be asked; say “at least 1”, “one of” or “none of” | 对列表只能问其长度和各项，请用“at least 1”“one of”或“none of”",
        "not-kept": "no step keeps or counts {this}, so that no rule can ask for it{hint} | 没有步骤记存{this}，规则无从判断{hint}",
        "no-field": "the step asks for no such field{hint} | 该步骤没有这个字段{hint}",
        "no-word": "its type is Python's own, so that no rule in a file can ask for it; name a guard | 该字段的类型为Python自有，文件中的规则无法判断，请改用判定的名称",
        "no-data": "the step asks for no data; give it some under “data” | 该步骤没有要求提供数据，请在“data”下写明",
        "data-type": "a type is written as “text”, “list of unit”, “one of [a, b]”, with “?” behind it where it may be left out{hint} | 类型写作“text”“list of unit”“one of [a, b]”，可不填的在后面加“?”{hint}",
        "branch": "a branch says on which condition it is taken: a guard's name, “when” or “otherwise” | 每个分支须写明条件：判定的名称、“when”或“otherwise”",
        "reserved": "this name is kept for {this}; choose another one | 这个名称已用于{this}，请换一个",
        "join-rule": "a join is written as “every”, “all STATE”, “first STATE” or “at least 2 STATE” | 合并条件写作“every”“all 状态”“first 状态”或“at least 2 状态”",
        "one-verb": "an effect is one word with what it needs, as in “climb” or “{keep: title}”; this has {n} words | 每个效果只写一个词及其内容，如“climb”或“{keep: title}”；此处有{n}个",
        "takes-none": "{this} takes nothing more | {this}后面不写内容",
        "malformed": "this does not fit: {problem} | 内容不符：{problem}",
        "unsaid": "{this} is Python and has no name that a file could call it by; hand it over as known, or keep the flow in Python | {this}是Python函数，文件中没有可用的名称；请登记后再写，或保留为Python流程",
        "no-base": "flow {this} is not here to be laid over; there is {hint} | 没有可供覆盖的流程{this}；现有{hint}",
        "base-changed": "the base is {that} by now; this was written over {this}: {changes} | 基础流程现为{that}，本文件依据的是{this}：{changes}",
        "base-unknown": "what it was then is not known here; compare the two, then write the new digest | 当时的内容此处没有，请比较后写入新的摘要",
        "several-limits": "{this} has {n} limits; say which, as in “limits: {{step}: 2 workdays}” | {this}有{n}个时限，请指明，如“limits: {{step}: 2 workdays}”",
        "not-there": "there is no such {kind} to remove{hint} | 没有可移除的{kind}{hint}",
        "removed-and-said": "it is both removed and said anew; do one of the two | 既移除又改写，请只做一样",
        "gap": "the text has a gap {this} that nothing fills; there is {usable} | 文本含有无从填写的空位{this}；可用{usable}",
        "field": "{field} is {wanted} | {field}应为{wanted}",
        "kind.state": "state | 状态",
        "kind.step": "step | 步骤",
        "kind.slot": "slot | 子项栏",
        "kind.span": "span | 跨状态时限",
        "kind.brood": "brood | 群子项",
        "kind.text": "text under “texts” | “texts”中的文本",
        "kind.guard": "guard | 判定",
        "kind.function": "function | 函数",
        "kind.effect": "effect | 效果",
        "a.nothing": "nothing | 空",
        "a.value": "a single value | 单个值",
        "a.list": "a list | 列表",
        "a.record": "names with values | 名称与值",
        "a.text": "a text | 文本",
        "a.name": "a name in letters, digits and hyphens | 由字母、数字和连字符组成的名称",
        "a.field": "a field's name in small letters, digits and underscores | 由小写字母、数字和下划线组成的字段名",
        "a.whole": "a whole number from 1 | 从1起的整数",
        "a.flag": "true or false | true或false",
        "a.unit": "a unit's id | 单位标识",
        "hint.near": "; did you mean “{word}”? | ，是否指“{word}”？",
        "hint.there": "; there is {words} | ；可用{words}",
        "hint.none": "; there is none | ；目前没有",
    }
)


def hint(word: str, words: Iterable[str]) -> Text:
    """What may have been meant: the name that comes near, or all that there are.

    >>> hint("reviewng", ["filed", "reviewing"]).en
    '; did you mean “reviewing”?'
    """
    there = sorted(set(words))
    close = get_close_matches(word, there, n=1)
    if close:
        return SENTENCES.say("hint.near", word=close[0])
    if not there:
        return SENTENCES["hint.none"]
    return SENTENCES.say("hint.there", words=listing(Text.same(word) for word in there))


def fault(
    rule: str, *, value: str = "", path: str = "", source: str = "", line: int = 0, column: int = 0, **gaps: object
) -> Fault:
    """A fault whose reason is said in both languages."""
    text = SENTENCES.say(rule, **gaps)
    return Fault(reason=text.en, value=value, source=source, line=line, column=column, path=path, rule=rule, text=text)
