"""The sentences of the engine itself, in both languages; the texts of a flow stand in its own table."""

from __future__ import annotations

from civicflow.texts import Catalogue

CATALOGUE = Catalogue(
    {
        "refusal.needed": "it can be done by {who} | 可由{who}办理",
        "refusal.possible": "possible now: {steps} | 目前可以：{steps}",
        "refusal.until": "the clock acts at {at} | 时限至{at}",
        "refusal.state": "“{step}” is not possible while the case is “{state}” | 事项处于“{state}”时不能“{step}”",
        "refusal.authority": "this actor may not “{step}” | 该操作主体无权“{step}”",
        "refusal.held": "“{step}” has to wait, the case is on hold until {until} | 事项挂起至{until}，暂不能“{step}”",
        "refusal.branch": "“{step}” leads nowhere with what was given | 所填内容不能使“{step}”生效",
        "refusal.seen": "the case has moved on since version {seen}; it is at {version} now"
        " | 事项已由第{seen}版更新至第{version}版，请重新查看",
        "refusal.correct": "only whoever entered it or the secretary may correct it | 仅录入人或书记可以更正",
        "refusal.reading": "this matter does not concern them, nor any unit whose matters they read"
        " | 该事项与其无关，也不涉及其可查阅的单位",
        "refusal.share": "this actor's body has no share of the ticket | 该操作主体所在单位未承办此工单",
        "refusal.once": "this was done already, and it is done once | 已办理过，不可重复办理",
        "state.new": "not begun | 尚未开始",
    }
)
