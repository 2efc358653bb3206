"""The reporting desk with 10,000 reports of one office beside three others: its pages over HTTP, and Excel exports.

The pages are asked of the application in a process of its own, by a signed-in officer, one after the other. Each export
runs in a process of its own too, which tells its peak memory: it must not grow with the number of rows.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from api.console.labels import SOURCES
from benchmarks.desk_data import fill
from benchmarks.measured import Measured
from bot.desk.cases.inbox import Filters
from bot.desk.cases.listing import reports_sheet
from bot.desk.categories import load_categories
from bot.desk.figures.spreadsheet import spreadsheet
from bot.desk.people.officers import Role
from bot.desk.people.passwords import hash_of
from bot.desk.people.sessions import Signed
from bot.settings import ROOT
from bot.store import Store, migrate

REPORTS = (10_000, 1_000, 1_000, 1_000)
EXPORTED = (0, 10_000, 50_000)
TIMES = 100  # each page
_PASSWORD = "mat-khau-do-toc-do"  # noqa: S105 (of a desk that lasts a minute)
_SEARCHES = ("den duong", "thôn đông", "rác", "cho", "nguoi khong co", "ổ gà", "trường học", "kênh 7")


@dataclass(frozen=True)
class Page:
    """Milliseconds a page took, and those of them that the application's own process was computing."""

    what: str
    median: float
    p95: float
    processor: float


@dataclass(frozen=True)
class Exported:
    """One export: its rows, how long it took, how large the file is, and the most memory the process had."""

    rows: int
    seconds: float
    file_mb: float
    peak_mb: float


def main() -> None:
    """Measure and report; `python -m benchmarks.desk export FILE ROWS` is one export."""
    if sys.argv[1:2] == ["export"]:
        print(json.dumps(asdict(asyncio.run(_export(Path(sys.argv[2]), int(sys.argv[3]))))))
        return
    with tempfile.TemporaryDirectory() as folder:
        pages = _pages(Path(folder))
        exports = _exports(Path(folder))
    print(f"{f'desk with {REPORTS[0]} reports: ms a page':52} {'median':>8} {'p95':>8} {'processor':>10}")
    for page in pages:
        print(f"{page.what:52} {page.median:8.2f} {page.p95:8.2f} {page.processor:10.2f}")
    print(f"\n{'Excel export: rows':>20} {'seconds':>8} {'file MB':>8} {'peak MB':>8}")
    for one in exports:
        print(f"{one.rows:20} {one.seconds:8.1f} {one.file_mb:8.1f} {one.peak_mb:8.1f}")
    (ROOT / "build").mkdir(exist_ok=True)
    told = {
        "load": os.getloadavg()[0],
        "pages": [vars(one) for one in pages],
        "exports": [vars(one) for one in exports],
    }
    (ROOT / "build" / "benchmarks-desk.json").write_text(json.dumps(told, indent=2) + "\n")


def _pages(folder: Path) -> list[Page]:
    database = folder / "desk.db"
    _made(database, REPORTS)
    with _serving(database) as (url, server), httpx.Client(base_url=url, trust_env=False, timeout=30.0) as officer:
        _sign_in(officer)
        codes = re.findall(r'/can-bo/phan-anh/([A-Z0-9-]+)"', officer.get("/can-bo?nhom=tat-ca").text)
        dice = random.Random(11)  # noqa: S311
        last = (REPORTS[0] // 2, REPORTS[0])
        asked: dict[str, Callable[[], str]] = {
            "inbox": lambda: "/can-bo",
            "inbox, all states, some page": lambda: f"/can-bo?nhom=tat-ca&truoc={dice.randint(*last)}",
            "inbox, overdue": lambda: "/can-bo?qua-han=1",
            "inbox, search": lambda: f"/can-bo?nhom=tat-ca&tim={dice.choice(_SEARCHES)}",
            "inbox, the list that renews itself": lambda: "/can-bo/danh-sach",
            "one report": lambda: f"/can-bo/phan-anh/{dice.choice(codes)}",
            "summary of this week": lambda: "/can-bo/tong-hop",
            "summary of a year": lambda: "/can-bo/tong-hop?tu=2026-01-01&den=2026-12-31",
        }
        return [_page(officer, server, what, path) for what, path in asked.items()]


def _page(officer: httpx.Client, server: int, what: str, path: Callable[[], str]) -> Page:
    worked = _worked(server)
    measured = Measured.of(what, [_seconds(officer, path()) for _ in range(TIMES)])
    return Page(what, measured.median, measured.p95, 1e3 * (_worked(server) - worked) / TIMES)


def _worked(process: int) -> float:
    """Seconds that a process was computing so far; on a busy machine it says more than the clock."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _seconds(officer: httpx.Client, path: str) -> float:
    start = time.perf_counter()
    answer = officer.get(path)
    taken = time.perf_counter() - start
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return taken


def _sign_in(officer: httpx.Client) -> None:
    form = re.search(r'name="csrf" value="([^"]*)"', officer.get("/can-bo/vao").text)
    sent = {"csrf": form[1] if form else "", "ten": "bench-1-0", "mat-khau": _PASSWORD}
    if officer.post("/can-bo/vao", data=sent).status_code != 303:
        raise SystemExit("the officer could not sign in")


@contextmanager
def _serving(database: Path) -> Iterator[tuple[str, int]]:
    """The application as an operator runs it, without Telegram and Zalo: its address and its process."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    settings = {
        "MOTCUA_DATABASE_URL": f"sqlite+aiosqlite:///{database}",
        "MOTCUA_VAR": str(database.parent),
        "MOTCUA_PORT": "0",
        "MOTCUA_LOG_LEVEL": "WARNING",
    }
    log = database.with_suffix(".log")
    command = [str(Path(sys.executable).with_name("motcua")), "serve"]
    with (
        log.open("w") as output,
        subprocess.Popen(  # noqa: S603
            command, cwd=database.parent, env={**clean, **settings}, stdout=output, stderr=output
        ) as process,
    ):
        try:
            yield _address(process, log), process.pid
        finally:
            process.terminate()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"(http://127\.0\.0\.1:\d+)", log.read_text()):
            return found[1]
        time.sleep(0.05)
    raise SystemExit(f"the application did not start:\n{log.read_text()}")


def _exports(folder: Path) -> list[Exported]:
    database = folder / "export.db"
    _made(database, (max(EXPORTED), 0, 0, 0), said=1)
    found = []
    for rows in EXPORTED:
        command = [sys.executable, "-m", "benchmarks.desk", "export", str(database), str(rows)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603
        found.append(Exported(**json.loads(told)))
    return found


async def _export(database: Path, rows: int) -> Exported:
    """What the page does, without the page."""
    store = Store(f"sqlite+aiosqlite:///{database}")
    categories = load_categories(ROOT / "data" / "reports" / "categories.yml")
    by = Signed("", "", 100, 1, "", "", Role.LEADER, must_change=False)
    start = time.perf_counter()
    sheet = reports_sheet(store, by, Filters(family="tat-ca"), categories, SOURCES, time.time(), most=rows)
    with await spreadsheet([sheet]) as file:
        size = file.seek(0, 2)
    taken = time.perf_counter() - start
    await store.close()
    return Exported(rows, taken, size / 1e6, _peak_mb())


def _peak_mb() -> float:
    """The most memory this process had. (Not `getrusage`: on Linux a child begins with its parent's peak there.)"""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _made(database: Path, reports: tuple[int, ...], said: int = 10) -> None:
    migrate(f"sqlite+aiosqlite:///{database}")
    fill(database, reports, asyncio.run(hash_of(_PASSWORD)), said)


if __name__ == "__main__":
    main()
