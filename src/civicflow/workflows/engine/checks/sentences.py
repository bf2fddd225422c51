"""The sentences of the checks, by the symbol that a `Fault` bears as its ``rule``."""

from __future__ import annotations

from typing import Final

from civicflow.errors import Fault
from civicflow.texts import Catalogue
from civicflow.workflows.engine.flow import Flow

SENTENCES: Final = Catalogue(
    {
        # -- names
        "twice": "this {kind} is defined twice; give one of them another name | 此{kind}重复定义，请为其中一个另行命名",
        "kind.state": "state | 状态",
        "kind.step": "step | 动作",
        "kind.span": "span | 区间时限",
        "kept-name.step": "this name is kept for entries beside the flow; call the step otherwise"
        " | 此名称专指流程之外的记录，请为该动作另行命名",
        "kept-name.state": "this name is kept for what has not begun; call the state otherwise"
        " | 此名称专指尚未开始，请为该状态另行命名",
        "unknown-state.opened": "a parent is to open children here, yet it is no state of the flow"
        " | 上级事项拟在此开立分项，但流程中没有此状态",
        "unknown-state.from": "leads from {this}, which is no state of the flow | 起点{this}不是流程中的状态",
        "unknown-state.to": "leads to {this}, which is no state of the flow | 终点{this}不是流程中的状态",
        "unknown-state.span": "the span names {this}, which is no state of the flow | 区间时限所指{this}不是流程中的状态",
        "unknown-state.slot": "{this} is no state of {rules}, the flow of slot {slot}"
        " | {this}不是分项{slot}所用流程{rules}的状态",
        "unknown-step.limit": "its limit of {limit} calls {this}, which is no step of the flow"
        " | 其时限（{limit}）触发的{this}不是流程中的动作",
        "unknown-step.hold": "when the hold is over it calls {this}, which is no step of the flow"
        " | 挂账期满触发的{this}不是流程中的动作",
        "unknown-step.carry": "carries to the step {this}, which none of the flows in use has"
        " | 带动的动作{this}在启用的流程中均不存在",
        "not-from-here.limit": "its limit of {limit} calls {this}, which does not lead from {where}"
        " | 其时限（{limit}）触发的{this}不能自{where}开始",
        "not-from-here.join": "a join calls {this}, which does not lead from here | 合并判定触发的{this}不能自此开始",
        "not-from-here.hold": "when the hold is over it calls {this}, which does not lead from {where}"
        " | 挂账期满触发的{this}不能自{where}开始",
        "here": "here | 此处",
        "span.both": "the span both runs and stands still in {this}; say one of the two"
        " | 区间时限在{this}既计时又中止，请择其一",
        "span.empty": "a span runs over some states, and has a limit; give it both | 区间时限须有所跨状态和时限，请补全",
        "unknown-slot.join": "a join counts {this}, which is no slot of the flow | 合并判定所计{this}不是流程的分项",
        "unknown-slot.effect": "names {this}, which is no slot of the flow | 所指{this}不是流程的分项",
        "opened-final": "a parent opens children here, yet it is final | 上级事项在此开立分项，但此状态为终结状态",
        "not-opened": "children begin in {this}, in which {rules} lets no parent open them; name it in its opened_in"
        " | 分项自{this}开始，但流程{rules}不允许在此开立，请列入其 opened_in",
        "unknown-brood": "lets {this} be born, which is no brood of the flow | 所生{this}不是流程的集体分项",
        "unknown-flow": "{this} is to run by the flow {rules}, which is not in use here; add it"
        " | {this}所用流程{rules}未启用，请先添加",
        "unknown-flow.raise": "raises a matter of the flow {rules}, which is not in use here; add it"
        " | 所提起事项的流程{rules}未启用，请先添加",
        "not-raised": "raises a matter of {rules} by {this}, which is no first step there that a rule may take"
        " | 以{this}提起{rules}的事项，但该流程没有可由规则执行的这一首步",
        "unknown-anchor": "names the unit {this}, which is neither known to every case ({known}) nor named by the flow;"
        " list it in the flow's anchors | 所指单位{this}既非各事项共有（{known}），流程也未列明，请列入流程的 anchors",
        "unknown-hold": "ends the hold {this}, which no step begins | 解除的挂账{this}没有任何动作设立",
        "unknown-span": "puts off the span {this}, which does not run from {where} | 延后的区间时限{this}在{where}并不计时",
        "unknown-read": "carries to what was read as {this}, which the step does not read"
        " | 带动对象取自{this}，但此动作并未读取",
        # -- shape
        "no-beginning": "nothing begins a case; let a step lead from NEW, or say in which states a parent opens one"
        " | 没有动作使事项开始，请设自 NEW 开始的动作，或说明上级事项在何状态开立",
        "unreachable": "no step ever leads here; remove the state or let a step lead to it"
        " | 没有动作可到达此状态，请删除或设可到达的动作",
        "final-left": "is final, yet {this} leads from it | 为终结状态，却有动作{this}由此开始",
        "final-waits": "is final, yet has {what}; a case that has ended waits for nothing"
        " | 为终结状态，却设有{what}；已终结的事项不再等待",
        "what.limits": "time limits | 时限",
        "what.joins": "joins | 合并判定",
        "what.broods": "broods | 集体分项",
        "what.standing": "the mark that it stands or follows | 长期存续或跟随标记",
        "dead-end": "is a dead end; let a step lead on, or say which outcome it is"
        " | 是死路，请设后续动作，或说明其为何种结果",
        "after-else": "a branch after ‘otherwise’ is never taken; put ‘otherwise’ last"
        " | “否则”之后的分支永不会走到，请将“否则”放在最后",
        "same-guard": "two branches have the condition {this}; the second is never taken"
        " | 两个分支条件同为{this}，后者永不会走到",
        "no-branch": "has no branch at all; say where it leads | 没有任何分支，请说明通向何处",
        "ladder-order": "the limit of {limit} stands after one of {before}; put the shorter one first"
        " | 时限{limit}排在{before}之后，请将较短的放在前面",
        "ladder-over": "the limit of {limit} never passes: {this} has left the state by then"
        " | 时限{limit}永不届满：届时{this}已使事项离开此状态",
        "same-text": "from {state} two steps are called “{text}”: {this} and {other}; a clerk cannot tell them apart"
        " | 自{state}开始的两个动作{this}与{other}同名“{text}”，经办人无法区分",
        # -- who
        "nobody.holder": "nobody may take it: the post or its unit has no name | 无人可办：岗位或其单位未写明",
        "nobody.begins": "only the {who} might begin a case by it, which it never does; say who else may"
        " | 只有{who}可由此开始事项，而这永不发生，请说明由谁办理",
        "nobody.clock": "the clock is to take it, yet no limit and no hold calls it from {where}"
        " | 应由时钟办理，但在{where}没有时限或挂账触发它",
        "nobody.join": "the shares together are to take it, yet no join calls it from {where}"
        " | 应由各分项合并判定触发，但在{where}没有合并判定触发它",
        "who.clock": "clock | 时钟",
        "who.join": "joining of shares | 合并判定",
        "not-the-clock": "{caller} calls {this}, which the clock may not take; name the clock in its by"
        " | {caller}触发{this}，但时钟无权办理，请在其 by 中列入时钟",
        "not-the-join": "a join calls {this}, which the joined shares may not take; name BY_JOIN in its by"
        " | 合并判定触发{this}，但其无权办理，请在其 by 中列入 BY_JOIN",
        "gives-nothing": "is called by {caller}, which gives nothing, yet it needs {fields}; give these defaults"
        " | 由{caller}触发，不带任何内容，但需要{fields}，请为其设默认值",
        "caller.clock": "the clock | 时钟",
        "caller.join": "a join | 合并判定",
        "caller.hold": "the end of a hold | 挂账期满",
        "join-refused": "a join calls {this}, which may be refused ({why}); a join is not asked again"
        " | 合并判定触发的{this}可能被拒绝（{why}），而合并判定不会重来",
        "why.guard": "its guards may fail | 条件可能不满足",
        "why.branch": "it has no branch for every case | 分支未涵盖所有情形",
        "why.held": "the case may be on hold | 事项可能在挂账中",
        "hold-goes-on": "when the hold {hold} is over, {this} does not end it; let it lift the hold"
        " | 挂账{hold}期满时{this}未将其解除，请使其解除挂账",
        "hold-bars": "when the hold {hold} is over, {this} may not be taken while it is held; set while_held"
        " | 挂账{hold}期满时，挂账中不得办理{this}，请设 while_held",
        "not-carried": "a rule is to take it, yet no flow in use carries to it; code has to take it"
        " | 应由规则办理，但启用的流程均未带动它，只能由程序办理",
        "uncertain": "the clock takes it, and it leads nowhere where none of its branches holds; end with ‘otherwise’"
        " | 由时钟办理，但各分支均不满足时无处可去，请以“否则”收尾",
        "reminder-ends": "its limit of {limit} comes to an end; whatever waits then is on the stuck list alone"
        " | 其时限（{limit}）有尽头，此后仍在等待的事项只见于停滞清单",
        # -- given
        "no-such-field": "{effect} looks for {field} in what is given, which has {fields}"
        " | {effect}要取所填的{field}，但所填内容只有{fields}",
        "nothing-given": "{effect} looks for {field} in what is given, yet the step takes nothing"
        " | {effect}要取所填的{field}，但此动作不填任何内容",
        "unkept": "a limit counts what the case keeps as {field}, yet no step keeps that; let a step keep it"
        " | 有时限按事项所存的{field}计算，但没有动作记存它，请设记存的动作",
        "unkept.way": "a limit counts what the case keeps as {field}, yet one gets here without it, by {way};"
        " let a step on that way keep it, and not leave it out"
        " | 有时限按事项所存的{field}计算，但经{way}到达此处时并未记存，请在途中必填并记存",
        "no-schedule": "a limit counts what the case keeps as {field}, yet {this} keeps something else there than a time"
        " limit, recurring days or a day | 有时限按事项所存的{field}计算，但{this}所记存的并非时限、重复日期或日期",
        "personal": "{field} of {data} looks personal and is public; make it private, or say public() if it is meant"
        " | {data}的{field}疑似个人信息却为公开，请设为 private，确需公开请写 public()",
        # -- shares
        "left-behind": "leaves {state} while children in slot {slot} may be open; drop them, or join them in {to}"
        " | 离开{state}时分项{slot}可能尚未终结，请予终止，或在{to}合并判定",
        "dropped-open": "drops children into {this}, in which {rules} does not end | 将分项终止于{this}，但流程{rules}并未在此终结",
        "no-join": "children of {slots} may end as {mix}, and no join holds then, nor does a limit lead on;"
        " add a join for that | {slots}的分项可能以{mix}终结，此时没有合并判定成立，也没有时限推动，请增设",
        # -- alone
        "left-alone": "left alone it never ends; give it a limit whose step leads on, or again=True"
        " | 无人办理时永不终结，请设能推动其前进的时限，或 again=True",
        "round-and-round": "left alone it goes round and round: {way}; let a limit lead out, or climb on the way"
        " | 无人办理时循环不止：{way}；请设走出循环的时限，或在途中升级",
        # -- texts
        "untranslated": "{what} says the same in both languages: “{text}”; translate it"
        " | {what}两种语言写法相同：“{text}”，请翻译",
        "text-missing": "{what} lacks its {language} half | {what}缺少{language}",
        "half.en": "English | 英文",
        "half.zh": "Chinese | 中文",
        "its-text": "its text | 其名称",
        "its-limit": "when its limit falls due | 其时限的说明",
        "its-guard": "the reason of {this} | 条件{this}的理由",
        "its-message": "the message {this} | 通知{this}",
    }
)


def fault(flow: Flow, path: str, sentence: str, **gaps: object) -> Fault:
    """A fault of a flow at one of its states, steps or spans; its rule is the first word of the sentence's name."""
    text = SENTENCES.say(sentence, **gaps)
    return Fault(
        source=f"{flow.name}@{flow.version}", path=path, reason=text.en, text=text, rule=sentence.partition(".")[0]
    )
