"""What a verification can find wrong, each with the record it was found in, in words for an auditor."""

from __future__ import annotations

from typing import Final, Literal

import attrs

from civicflow.texts import Catalogue, Text

Table = Literal["entries", "private", "attachments", "heads", "cases", "parties"]

_NAMES: Final[dict[Table, Text]] = {
    "entries": Text("entry", "台账记录"),
    "private": Text("private part", "非公开内容"),
    "attachments": Text("attachment", "附件"),
    "heads": Text("tree head", "封签"),
    "cases": Text("case record", "事项现状"),
    "parties": Text("parties of", "相关方"),
}

_SENTENCES: Final = Catalogue(
    {
        "unreadable": "it cannot be read: {error} | 无法读取：{error}",
        "shape": "a column holds something that cannot stand there | 有字段的内容类型不对",
        "position": "its position should be {expected}; an entry before it is missing, or was moved"
        " | 序号应为{expected}；此前的记录缺失或被移动",
        "version": "its version should be {expected}; an entry before it is missing, or was added"
        " | 版本号应为{expected}；此前的记录缺失或被增添",
        "hash": "its bytes and its hash do not follow on the entry before | 内容、哈希与上一条记录接不上",
        "undecodable": "its bytes are no entry | 内容不是有效的台账记录",
        "column": "the column {column} is not what its bytes say | 字段“{column}”与内容不一致",
        "feed": "the feed and the matter's own history do not hold the same entries | 总台账与本事项台账的记录不一致",
        "private.missing": "it is gone, and no later entry says that it was erased"
        " | 内容已不在，且此后没有任何记录说明已清除",
        "private.digest": "salt and body are not those whose digest the entry holds | 盐值、内容与记录中的摘要不符",
        "private.orphan": "no entry has such a private part | 没有任何记录有这份非公开内容",
        "attachment.missing": "its bytes are gone, and no later entry says that they were erased"
        " | 附件内容已不在，且此后没有任何记录说明已清除",
        "attachment.digest": "its bytes are not those whose digest was recorded | 附件内容与记录中的摘要不符",
        "head.number": "its number should be {expected} | 编号应为{expected}",
        "head.hash": "its hash is not that of its bytes | 哈希与内容不符",
        "head.undecodable": "its bytes are no tree head | 内容不是有效的封签",
        "head.previous": "it does not name the head before it | 未与上一个封签相接",
        "head.root": "what it sealed is not what the entries say now | 所封内容与现有台账不符",
        "head.size": "it sealed {size} entries, and there are only {found} | 封签时有{size}条记录，现仅有{found}条",
        "head.unsigned": "it is not signed | 没有签名",
        "head.signature": "its signature is not by this key | 签名无效",
        "head.published": "it is not the head that was published | 与已公布的封签不符",
        "head.lost": "it was published and is gone | 已公布的封签不见了",
        "case.unreplayable": "its entries cannot be replayed: {error} | 台账无法重放：{error}",
        "case.missing": "its entries say that it exists, and there is no record | 台账中有此事项，现状记录却缺失",
        "case.unknown": "no entry speaks of it | 没有任何台账记录提及",
        "party.missing": "{party} is gone, which its entries name | 台账载明的“{party}”缺失",
        "party.unknown": "no entry names {party} | 没有任何台账记录载明“{party}”",
        "case.column": "{column} is not what its entries lead to | “{column}”与台账推演结果不符",
    }
)


@attrs.frozen
class Damage:
    """One thing that is wrong.

    Attributes:
        table: where it was found.
        key: which record: a matter with a version, a head's number, a case's id.
        rule: a symbol to program against, for instance ``hash``.
        reason: what is wrong.
    """

    table: Table
    key: str
    rule: str
    reason: Text

    @classmethod
    def of(cls, table: Table, key: str, rule: str, **gaps: object) -> Damage:
        """Damage of a known kind. Whatever a damaged store holds, the words can be printed."""
        readable = {name: value if isinstance(value, Text) else _printable(value) for name, value in gaps.items()}
        return cls(table, _printable(key), rule, _SENTENCES.say(rule, **readable))

    @property
    def text(self) -> Text:
        """A sentence that names the record."""
        name = _NAMES[self.table]
        return Text(f"{name.en} {self.key}: {self.reason.en}", f"{name.zh}{self.key}：{self.reason.zh}")

    def __str__(self) -> str:
        return self.text.en


def _printable(value: object) -> str:
    """Text whose damaged bytes are spelled out."""
    return str(value).encode("utf-8", "backslashreplace").decode()
