"""Parsing, acknowledging and the whole way from a stored event to its stored reply, side by side in one run."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.measured import Measured
from bot.accounts import Account, enter
from bot.channels.web.channel import Post, Web
from bot.desk.calendar import WorkingTime, load_holidays
from bot.desk.categories import load_categories
from bot.desk.images.photos import Photos
from bot.desk.reports import Desk
from bot.inbox import store_event
from bot.knowledge import load_knowledge
from bot.logs import set_up_logs
from bot.offices import load_offices
from bot.registry import load_actions
from bot.sentences import read_sentences
from bot.settings import ROOT, Settings
from bot.store import Store, migrate
from bot.understanding import Embedded
from bot.worker import Room, work_once
from nlu.normalise import normalise
from nlu.runtime import open_archive
from nlu.segment import segment

MESSAGES = 500


async def timed(jobs: list[Callable[[], Awaitable[object]]]) -> list[float]:
    """How long each job took, one after the other."""
    taken = []
    for job in jobs:
        start = time.perf_counter()
        await job()
        taken.append(time.perf_counter() - start)
    return taken


async def measure(folder: Path) -> list[Measured]:
    """All measurements, on a database of their own."""
    texts = [sentence.text for sentence in read_sentences(ROOT / "tests" / "evaluation")][:MESSAGES]
    runtime = open_archive(Settings().model)
    understanding = Embedded(runtime)
    store = Store(f"sqlite+aiosqlite:///{folder}/bench.db")
    async with store.write() as session:
        row, office_id = await enter(session, "web", "bench", "xa-vi-du")
    photos = Photos(folder / "photos")
    channel = Web(photos)
    office = load_offices(ROOT / "data" / "offices")["xa-vi-du"]
    reported = ROOT / "data" / "reports"
    hours = WorkingTime.of(office, load_holidays(reported / "holidays.yml"))
    account = Account(
        row, "bench", channel, office, Desk(office_id, hours, load_categories(reported / "categories.yml"))
    )
    knowledge = load_knowledge(ROOT / "data" / "knowledge")
    room = Room(store, knowledge, load_actions(), understanding, {row: account}, photos)

    async def read(text: str) -> None:
        segment(normalise(text))

    async def take(number: int, text: str) -> None:
        event = channel.event(f"person-{number % 50}", Post(id=f"message-{number}", text=text))
        async with store.write() as session:
            await store_event(session, row, channel.read(event), event, time.time())

    segmented = await timed([lambda text=text: read(text) for text in texts])
    parsed = await timed([lambda text=text: understanding.parse(text) for text in texts])
    taken = await timed([lambda at=at: take(*at) for at in enumerate(texts)])
    turned = await timed([lambda: work_once(room, "bench") for _ in texts])
    await store.close()
    return [
        Measured.of("normalise and segment (underthesea)", segmented),
        Measured.of("parse, that included", parsed),
        Measured.of("store an event durably (before acknowledging)", taken),
        Measured.of("turn: claim, parse, answer, store replies durably", turned),
    ]


def main() -> None:
    """Measure and report."""
    set_up_logs("WARNING")
    with tempfile.TemporaryDirectory() as folder:
        migrate(f"sqlite+aiosqlite:///{folder}/bench.db")
        measured = asyncio.run(measure(Path(folder)))
    base = measured[0].median
    print(f"{'ms a message':52} {'median':>8} {'p95':>8} {'ratio':>7}")
    for one in measured:
        print(f"{one.what:52} {one.median:8.2f} {one.p95:8.2f} {one.median / base:7.1f}")
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "benchmarks.json").write_text(json.dumps([vars(one) for one in measured], indent=2) + "\n")


if __name__ == "__main__":
    main()
