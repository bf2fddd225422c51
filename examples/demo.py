"""``make demo``: three cities, one office, one ledger. Leaves the store, the notices and the drawings in ``out/``."""

from __future__ import annotations

import argparse
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import boston
import civicflow
import report
import scenario
import shangjie
from civicflow.calendars import instant
from civicflow.testing import FrozenClock
from civicflow.workflows.drawing import mermaid, page
from tables import table

OUT = Path(__file__).parent.parent / "out"
DRAWN = ("four-part-ticket", "council-proposal")
AS_OF = instant("2022-07-02T00:00", boston.ZONE)  # by then every target of the file had passed
SHOWN = 12  # categories in the table


def main(arguments: list[str] | None = None) -> None:
    """Play the story and tell it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="the folder for what is left behind")
    parser.add_argument("--go-on", action="store_true", help="keep the store of the run before; nothing is done twice")
    given = parser.parse_args(arguments)
    out: Path = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if not given.go_on:
        for old in (*out.glob("demo.sqlite*"), out / "notices.jsonl"):
            old.unlink(missing_ok=True)
        shutil.rmtree(out / "attachments", ignore_errors=True)
    clock = FrozenClock()
    store, notices, files = out / "demo.sqlite", out / "notices.jsonl", out / "attachments"
    with civicflow.open(
        f"sqlite:///{store}",
        clock=clock,
        notify=[notices.as_uri()],
        blobs=files.as_uri().replace("file:", "folder:", 1),
        numbers=civicflow.Numbers(level="district"),
    ) as office:
        story = scenario.run(office, clock)
        shangjie.show_the_lamp(office, story.lamp)
        office.seal()
        scenario.send_notices(office, clock)
        drawings = list(draw(office, out))
        tell(office, story)
    heading("Notices sent", "已发通知")
    print(topics(notices))
    heading("Left behind", "留存文件")
    for path in (store, notices, files, *drawings):
        print(f"  {path}")


def tell(office: civicflow.Office, story: scenario.Story) -> None:
    """The story, in the words and figures of the ledger."""
    hall, lamp = story.hall.ticket, story.lamp
    heading("Shangjie: a hall for Sanwan Street", "上街区：三湾街社区的安全体验馆")
    print(f"  “{hall.data['title']}”: {report.state(office, hall)}")
    print(report.shares(office, hall))
    print("\n  An officer tried to dispatch it | 经办人试图下单：")
    print(f"  en  {story.hall.refusal.say('en')}")
    print(f"  zh  {story.hall.refusal.say('zh')}")

    heading("Shangjie: a share that somebody let lie", "上街区：一件被搁置的承办事项")
    print(f"  {lamp.number} “{lamp.data['title']}”: {report.state(office, lamp)}")
    print(report.history(office, lamp, shangjie.ZONE))
    print(report.added(office, lamp))

    heading("Beiyuan: two thirds of all seats", "北苑：全体成员三分之二")
    print(report.votes(office, story.proposals))
    print(report.money(story.funds))

    heading("Boston: requests that another system handled", "波士顿：在他处办理的诉求")
    print(results(story))
    print()
    print(report.verdicts(office, boston.read()))
    ledger(office)


def ledger(office: civicflow.Office) -> None:
    """The figures of all three, and the proof."""
    book = office.ledger
    heading("The ledger", "台账")
    tickets = [
        ("Shangjie | 上街区", book.rates(under=shangjie.DISTRICT)),
        (f"Boston, as of {AS_OF:%Y-%m-%d} | 波士顿（截至{AS_OF:%Y-%m-%d}）", book.rates(under=boston.CITY, at=AS_OF)),
        ("all tickets | 全部工单", book.rates()),
        ("proposals | 议案", book.rates(flow="council-proposal")),
        ("shares of bodies | 承办事项", book.rates(flow="share")),
    ]
    print(report.figures("overall | 总计", tickets))
    print()
    print(report.figures("by unit | 按辖区", report.named(office, book.rates_by("unit"))))
    print()
    print(report.figures("by body | 按承办单位", report.named(office, book.rates_by("body", flow="share"))))
    print()
    categories = book.rates_by("category", at=AS_OF, under=boston.CITY)
    print(report.figures("by category (the largest) | 按类别（最多者）", report.largest(categories, SHOWN)))

    heading("The proof", "核验")
    found = book.verify()
    print(f"  en  {found.text.say('en')}")
    print(f"  zh  {found.text.say('zh')}")


def results(story: scenario.Story) -> str:
    """How Boston's requests ended, in the city's own words."""
    open_still = "still open | 未办结"
    counted = Counter(str(case.data.get("result", open_still)) for case in story.requests)
    return table(("result | 结果", "requests | 诉求"), counted.most_common())


def topics(notices: Path) -> str:
    """How many notices of each topic the file holds."""
    with notices.open(encoding="utf-8") as lines:
        counted = Counter(json.loads(line)["topic"] for line in lines)
    return table(("topic | 主题", "notices | 通知"), sorted(counted.items()))


def draw(office: civicflow.Office, out: Path) -> Iterator[Path]:
    """Both flows as they decide: drawn for Mermaid in both languages, and as a page to read."""
    for name in DRAWN:
        flow = office.flows.latest(name).flow
        written = {
            ".mmd": mermaid(flow, beside=office.flows),
            ".zh.mmd": mermaid(flow, "zh", beside=office.flows),
            ".html": page(flow, "zh", beside=office.flows),
        }
        for suffix, drawing in written.items():
            path = out / f"{name}{suffix}"
            path.write_text(drawing, encoding="utf-8")
            yield path


def heading(en: str, zh: str) -> None:
    """A heading in both languages."""
    print(f"\n── {en} | {zh} ──\n")


if __name__ == "__main__":
    main()
