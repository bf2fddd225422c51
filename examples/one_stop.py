"""One-stop services: Leshan's five neighbourhood centres, and Chengdu's app.

REAL: that Shizhong district of Leshan delegated 168 approvals and more than 30 livelihood services to five centres, of which the one in
Tongjiang had more than 1,200 requests, applied for and picked up there; that Chengdu's app has 147 services of 37 departments, some free
(bought by government), some at a low fee (reports about the places). The names and codes of the five subdistricts.
SYNTHETIC, drawn from a seed: the departments, what each service is called, asks for and costs, every person and request.

Every figure is read back from catalogue, register and ledger. ``python examples/one_stop.py`` tells it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

import civicflow
from civicflow import Case, Money, Office, Text
from civicflow.calendars import TimeLimit, instant
from civicflow.testing import FrozenClock
from civicflow.workflows.files.services import write_services
from civicflow.workflows.services.catalogue import Catalogue, Delegation, Document, Service
from seeds import drawn
from tables import table

ZONE: Final = "Asia/Shanghai"
SEED: Final = 20_200_601
CENTRES: Final = {
    "511102004": "大佛",
    "511102006": "通江",
    "511102008": "海棠",
    "511102009": "绿心",
    "511102010": "全福",
}
TONGJIANG: Final = "511102006"
PAPERS: Final = ("id: identity card | 身份证", "form: form | 申请表", "photo: photo | 照片", "lease: lease | 租赁合同")


@attrs.frozen(kw_only=True)
class Centres:
    """Leshan's five centres.

    Attributes:
        approvals: how many approvals are delegated to them.
        livelihood: how many services for everyday life.
        requests: how many requests each centre had, by the code of its subdistrict.
        picked_up: how many of those at Tongjiang's centre were handed over there.
        outcomes: how those at Tongjiang's centre ended; open ones under an empty text.
        on_time: how many of those decided at Tongjiang's centre kept the promised time, and of how many.
        paid: what was paid at all centres.
        rerouted: how many open requests went back to a department when a delegation was withdrawn.
    """

    approvals: int
    livelihood: int
    requests: Mapping[str, int]
    picked_up: int
    outcomes: Mapping[str, int]
    on_time: tuple[int, int]
    paid: Money
    rerouted: int


@attrs.frozen(kw_only=True)
class App:
    """Chengdu's app.

    Attributes:
        services: how many services it has.
        departments: how many departments own them.
        free: how many of them cost nothing.
        reached: how many departments a request reached when each service was applied for once.
    """

    services: int
    departments: int
    free: int
    reached: int


def requests_of(office: Office) -> Iterator[Case]:
    """All requests, page by page."""
    after = ""
    while True:
        page = office.find(flow="service-request", limit=1000, after=after)
        yield from page.cases
        if not page.next:
            return
        after = page.next


def _service(seed: int, number: int, kind: str, owners: int, to: str, share_with_fee: int) -> Service:
    """One service, from a seed."""
    papers = [paper.partition(": ") for paper in PAPERS[: drawn(seed, kind, number, "papers", below=len(PAPERS) + 1)]]
    costs = kind == "livelihood" and drawn(seed, kind, number, "fee", below=100) < share_with_fee
    return Service(
        name=f"{kind}-{number:03}",
        text=f"{kind} {number} | {'审批事项' if kind == 'approval' else '民生服务'}{number}号",
        owner=f"department-{number % owners + 1:02}",
        kind="approval" if kind == "approval" else "livelihood",
        documents=[Document(name=name, text=text) for name, _, text in papers],
        within=TimeLimit(1 + drawn(seed, kind, number, "within", below=20), "workdays"),
        fee=Money(2 + drawn(seed, kind, number, "cost", below=19)) if costs else None,
        channels=("desk", "app"),
        delegations=[Delegation(to=to, basis="List of 2020 | 2020年下放清单")] if to else [],
    )


def leshan_catalogue(seed: int = SEED, *, approvals: int = 168, livelihood: int = 32) -> Catalogue:
    """What the five centres offer: each seen from its own subdistrict."""
    return Catalogue(
        [
            *(_service(seed, n, "approval", 20, "kind station", 0) for n in range(1, approvals + 1)),
            *(_service(seed, n, "livelihood", 20, "kind station", 40) for n in range(1, livelihood + 1)),
        ]
    )


def app_catalogue(seed: int = SEED, *, services: int = 147, departments: int = 37) -> Catalogue:
    """What the app offers."""
    return Catalogue([_service(seed, n, "livelihood", departments, "", 30) for n in range(1, services + 1)])


def leshan_register() -> str:
    """The district, its departments, five subdistricts and the centre of each."""
    areas = [
        {"code": "511102", "name": "Shizhong | 市中区", "level": "district"},
        *({"code": code, "name": name, "level": "subdistrict", "parent": "511102"} for code, name in CENTRES.items()),
    ]
    centres = [
        {
            "code": f"centre-{code}",
            "name": f"Centre of {name} | {name}邻里中心",
            "kind": "station",
            "area": code,
            "posts": {"officer": f"clerk-{code}"},
        }
        for code, name in CENTRES.items()
    ]
    return json.dumps(
        {
            "register": "shizhong-centres",
            "scheme": "leshan",
            "since": "2019-01-01",
            "areas": areas,
            "bodies": [*_departments("511102", 20), *centres],
        }
    )


def _departments(area: str, many: int) -> list[dict[str, object]]:
    return [
        {
            "code": f"department-{number:02}",
            "name": f"Department {number} | 第{number}部门",
            "kind": "department",
            "area": area,
            "posts": {"officer": f"officer-{number:02}"},
        }
        for number in range(1, many + 1)
    ]


def leshan(folder: Path, clock: FrozenClock, *, seed: int = SEED, tongjiang: int = 1_230, others: int = 40) -> Centres:
    """A season at the five centres, and the day on which one delegation is withdrawn.

    Args:
        folder: where catalogue and store lie.
        clock: is set to the instant of each command.
        seed: of the services and requests.
        tongjiang: how many apply at Tongjiang's centre.
        others: how many at each other one.
    """
    catalogue, file = leshan_catalogue(seed), folder / "services.yaml"
    file.write_text(write_services(catalogue), encoding="utf-8")
    url = f"sqlite:///{folder}/centres.db"
    clock.set(instant("2020-06-01T09:00", ZONE))
    with civicflow.open(url, clock=clock, services=file) as office:
        office.register.read(leshan_register(), source="centres.json", format="json")
        for code in CENTRES:
            many = tongjiang if code == TONGJIANG else others
            for first in range(0, many, 200):
                with office.together() as together:
                    for number in range(first, min(first + 200, many)):
                        _served(together, seed, code, number)
        clock.set(instant("2020-06-15T09:00", ZONE))
        office.tick()

    withdrawn = _withdrawn(office_url=url, clock=clock, catalogue=catalogue)
    with civicflow.open(url, clock=clock, services=file) as office:
        return _figures(office, withdrawn)


def _served(office: Office, seed: int, code: str, number: int) -> None:
    """One request from application to pick-up; of some documents are missing, some are refused, some wait."""
    services = office.services
    offered = services.catalogue.services
    service = offered[drawn(seed, code, number, "service", below=len(offered))]
    lot = drawn(seed, code, number, "course", below=100)
    person, clerk = (
        office.act_as(f"resident-{code}-{number}"),
        office.act_as(f"clerk-{code}", post="officer", unit=f"centre-{code}"),
    )
    papers = [document.name for document in service.documents]
    given = papers[1:] if lot < 10 else papers
    request = services.apply(
        service.name, area=code, documents=given, channel="desk", by=person, key=f"apply:{code}:{number}"
    )
    if request.state == "lacking":
        request = services.supply(request, papers, by=person)
    if lot >= 97:
        return  # waits to be accepted
    services.accept(request, by=clerk)
    if lot in (95, 96):
        services.refuse(
            request,
            ground="Article 5",
            reason="a condition is not met",
            remedy="reconsideration within 60 days",
            by=clerk,
        )
        return
    services.grant(request, result="certificate", by=clerk)
    services.hand_over(request, paid=service.fee, by=clerk)
    if lot % 3 == 0:
        services.evaluate(request, resolved=True, satisfied=4 + lot % 2, by=person)


def _withdrawn(office_url: str, clock: FrozenClock, catalogue: Catalogue) -> int:
    """The approvals are the departments' again from one day on; how many open requests went back to one."""
    from_now_on = Catalogue(
        [
            attrs.evolve(one, delegations=[attrs.evolve(d, until=date(2020, 6, 15)) for d in one.delegations])
            if one.kind == "approval"
            else one
            for one in catalogue.services
        ]
    )
    moved = 0
    with civicflow.open(office_url, clock=clock, services=from_now_on) as office:
        chart = office.chart()
        for request in [one for one in requests_of(office) if not one.outcome]:
            owner = chart.code(request.anchors["owner"])
            by = office.act_as(f"officer-{owner[-2:]}", post="officer", unit=owner)
            moved += len(office.services.reroute([request], by=by).moved)
    return moved


def _figures(office: Office, rerouted: int) -> Centres:
    """Read from catalogue and ledger."""
    here, unit = office.services.at(f"centre-{TONGJIANG}", area=TONGJIANG), office.unit
    kinds = Counter(service.kind for service in here)
    all_of_them = list(requests_of(office))
    by_area = Counter(str(request.unit) for request in all_of_them)
    at_tongjiang = [request for request in all_of_them if request.unit == unit(TONGJIANG)]
    rates = office.ledger.rates(flow="service-request", under=TONGJIANG)
    paid = Money(0)
    for request in all_of_them:
        if request.data.get("paid"):
            paid += Money(request.data["paid"]["amount"])
    return Centres(
        approvals=kinds["approval"],
        livelihood=kinds["livelihood"],
        requests={code: by_area[unit(code)] for code in CENTRES},
        picked_up=sum(request.data.get("how") == "pick-up" for request in at_tongjiang),
        outcomes=dict(Counter(request.outcome for request in at_tongjiang)),
        on_time=(rates.on_time.n, rates.on_time.of),
        paid=paid,
        rerouted=rerouted,
    )


def chengdu(folder: Path, clock: FrozenClock, *, seed: int = SEED, services: int = 147) -> App:
    """Each service of the app is applied for once, and reaches the department that owns it.

    Args:
        folder: where catalogue and store lie.
        clock: is set to the instant of each command.
        seed: of the services.
        services: how many the app has.
    """
    file = folder / "app.yaml"
    file.write_text(write_services(app_catalogue(seed, services=services)), encoding="utf-8")
    clock.set(instant("2020-07-01T09:00", ZONE))
    register = {
        "register": "chengdu-app",
        "scheme": "chengdu",
        "since": "2019-01-01",
        "areas": [{"code": "510100", "name": "Chengdu | 成都市", "level": "city"}],
        "bodies": _departments("510100", 37),
    }
    with civicflow.open(f"sqlite:///{folder}/app.db", clock=clock, services=file) as office:
        office.register.read(json.dumps(register), source="app.json", format="json")
        offered = office.services.catalogue.services
        with office.together() as together:
            for number, service in enumerate(offered):
                papers = [document.name for document in service.documents]
                by = together.act_as(f"citizen-{number}")
                together.services.apply(service.name, area="510100", documents=papers, channel="app", by=by)
        return App(
            services=len(offered),
            departments=len({service.owner for service in offered}),
            free=sum(service.fee is None for service in offered),
            reached=len({request.body for request in requests_of(office)}),
        )


def tell(folder: Path, clock: FrozenClock) -> str:
    """The whole of it, in figures."""
    centres, app = leshan(folder, clock), chengdu(folder, clock)
    rows = [
        ("Leshan: approvals delegated to centres | 乐山：下放审批事项", centres.approvals),
        ("livelihood services | 民生服务", centres.livelihood),
        ("centres | 邻里中心", len(centres.requests)),
        ("requests at Tongjiang's centre | 通江邻里中心办件", centres.requests[TONGJIANG]),
        ("picked up there | 现场取件", centres.picked_up),
        ("decided in time | 按时办结", f"{centres.on_time[0]}/{centres.on_time[1]}"),
        ("paid at all centres | 收费合计", centres.paid),
        ("re-routed when a delegation ended | 下放收回后转办", centres.rerouted),
        ("Chengdu: services of the app | 成都：应用服务", app.services),
        ("departments | 部门", app.departments),
        ("free of charge | 免费", app.free),
        ("departments reached | 送达部门", app.reached),
    ]
    return table(("what | 事项", "how many | 数量"), [(Text.of(what), many) for what, many in rows])


def main() -> None:
    """Tell it, in stores that are gone afterwards."""
    with TemporaryDirectory() as folder:
        print(tell(Path(folder), FrozenClock()))


if __name__ == "__main__":
    main()
