"""An error of civicflow as problem details (RFC 9457), in the language that the reader asked for (RFC 9110, 12.5.4).

It knows no web framework; each application beside it gives the answer in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import attrs

from civicflow import Conflict, IdempotencyMismatch, InvalidInput, NotFound, Refused, StorageError, Text
from civicflow.errors import CivicflowError, UnsupportedQuery
from civicflow.texts import Catalogue, Language

MEDIA_TYPE: Final = "application/problem+json"

_TYPE: Final = "tag:town.example,2026:problems/{}"
"""An identifier (RFC 4151), not an address: a program compares it and never opens it."""

_NOT_THEIRS: Final = frozenset({"authority", "reading"})
"""The rules by which another person would have been let through."""

_SAID: Final = Catalogue(
    {
        "refused": "The step was refused | 办理请求未被接受",
        "conflict": "Somebody else was faster | 该事项刚被他人更新",
        "conflict.detail": "The matter has moved on since you saw it; nothing was done. Look at it and decide again | "
        "该事项在您查看之后已有变化，本次未作任何处理；请重新查看后再作决定",
        "key-reused": "The idempotency key was used for another request | 幂等键已用于另一请求",
        "key-reused.detail": "Give this request a key of its own | 请为本次请求另用新键",
        "invalid": "Something in the request does not fit | 请求内容有误",
        "not-found": "There is no such thing | 未找到",
        "not-found.detail": "What you asked for is not here; see whether it is spelt as it should be | 未找到您所请求的内容，请核对后再试",
        "unanswerable": "The list cannot be asked so | 无法按此条件查询",
        "unanswerable.detail": "Begin the list anew, from its first page | 请从第一页重新查询",
        "busy": "The office is busy | 系统繁忙",
        "busy.detail": "Nothing was done; send the same request again in a moment | 本次未作任何处理，请稍后重发同一请求",
        "broken": "The office does not work as it should | 系统故障",
        "broken.detail": "It was written down for whoever runs it; please try again later | 已记录并交运维人员处理，请稍后再试",
        "http-401": "Sign in first | 请先登录",
        "http-404": "There is nothing at this address | 此地址不存在",
        "http-405": "This address does not take such a request | 此地址不支持该请求方式",
        "http": "The request was not taken | 请求未被接受",
    }
)


@attrs.frozen(kw_only=True)
class Problem:
    """What went wrong, as an answer.

    Attributes:
        kind: a symbol to program against; the end of the type's identifier.
        status: of the answer (RFC 9110, 15).
        title: what kind of problem it is.
        detail: what it is this time; the title alone where left out.
        members: further members, of which a `Text` is said in the reader's language.
        headers: of the answer, beside the media type.
    """

    kind: str
    status: HTTPStatus
    title: Text
    detail: Text | None = None
    members: Mapping[str, Any] = attrs.field(factory=dict)
    headers: Mapping[str, str] = attrs.field(factory=dict)

    def body(self, language: Language) -> dict[str, Any]:
        """The problem as JSON-safe values."""
        body = {"type": _TYPE.format(self.kind), "title": self.title, "status": int(self.status), "detail": self.detail}
        return {name: said(value, language) for name, value in {**body, **self.members}.items() if value is not None}


def problem_of(error: CivicflowError) -> Problem:  # noqa: PLR0911 - one answer for each branch of the tree
    """The answer to an error: who must act decides about the status."""
    match error:
        case Refused(refusal=refusal):
            theirs = _NOT_THEIRS.isdisjoint(refusal.rules)
            members = {
                "rules": list(refusal.rules),
                "needed": list(refusal.needed),
                "possible": dict(refusal.possible),
                "until": refusal.until and refusal.until.isoformat(),
            }
            status = HTTPStatus.CONFLICT if theirs else HTTPStatus.FORBIDDEN
            return Problem(kind="refused", status=status, title=_SAID["refused"], detail=refusal.text, members=members)
        case IdempotencyMismatch():
            return _said("key-reused", HTTPStatus.UNPROCESSABLE_ENTITY)
        case Conflict(matter=matter, expected=expected, actual=actual):
            return _said("conflict", HTTPStatus.CONFLICT, matter=matter, expected=expected, actual=actual)
        case InvalidInput(faults=faults):
            detail = Text(error.say("en"), error.say("zh"))
            members = {"faults": [{"path": fault.path, "reason": fault.text or fault.reason} for fault in faults]}
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return Problem(kind="invalid", status=status, title=_SAID["invalid"], detail=detail, members=members)
        case NotFound():
            return _said("not-found", HTTPStatus.NOT_FOUND, reason=str(error))
        case UnsupportedQuery():
            return _said("unanswerable", HTTPStatus.BAD_REQUEST, reason=str(error))
        case StorageError(retryable=True):
            return attrs.evolve(_said("busy", HTTPStatus.SERVICE_UNAVAILABLE), headers={"Retry-After": "1"})
        case _:
            return BROKEN


def problem_of_status(status: int) -> Problem:
    """The answer to what the framework itself refuses: an unknown address, say."""
    title = _SAID.get(f"http-{status}", _SAID["http"])
    return Problem(kind=f"http-{status}", status=HTTPStatus(status), title=title)


def problem_of_faults(faults: list[dict[str, str]]) -> Problem:
    """The answer to a request whose form is wrong, each fault with its path and its reason."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return Problem(kind="invalid", status=status, title=_SAID["invalid"], members={"faults": faults})


def language_of(accepted: str, default: Language = "en") -> Language:
    """The language of ``Accept-Language`` that is wanted most; the default where neither is.

    >>> language_of("zh-CN,zh;q=0.9,en;q=0.8")
    'zh'
    """
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        tag, _, parameter = part.partition(";")
        name = tag.strip().lower().partition("-")[0]
        weights[name] = max(weights.get(name, 0.0), _weight(parameter))
    others = weights.get("*", 0.0)
    english, chinese = weights.get("en", others), weights.get("zh", others)
    if english == chinese:
        return default
    return "en" if english > chinese else "zh"


def said(value: Any, language: Language) -> Any:
    """A value with every `Text` in it said in one language."""
    match value:
        case Text():
            return value.say(language)
        case Mapping():
            return {name: said(part, language) for name, part in value.items()}
        case list():
            return [said(part, language) for part in value]
        case _:
            return value


def _said(kind: str, status: HTTPStatus, **members: object) -> Problem:
    return Problem(kind=kind, status=status, title=_SAID[kind], detail=_SAID[f"{kind}.detail"], members=members)


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


BROKEN: Final = _said("broken", HTTPStatus.INTERNAL_SERVER_ERROR)
"""What only whoever runs it can mend; what it is stands in the log, not in the answer."""
