"""A reporting desk with some years behind it: many reports in all states, much said before and after, a busy group.

The database is left as an operator's is: nobody has told it how its rows are spread.
"""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

from bot.desk.categories import Categories, load_categories
from bot.desk.life import CLOSED, State
from bot.settings import ROOT

OFFICES = ("xa-vi-du", "xa-hai", "xa-ba", "xa-bon")
OFFICERS = 5  # in each
_DAY = 24 * 3600.0
_YEARS = 2
_STATES = (
    (State.DONE, 60),
    (State.NEW, 4),
    (State.ACKNOWLEDGED, 5),
    (State.IN_PROGRESS, 8),
    (State.FORWARDED, 4),
    (State.SCHEDULED, 3),
    (State.NOT_OURS, 8),
    (State.DUPLICATE, 4),
    (State.WITHDRAWN, 4),
)
_ANSWER = json.dumps({"text": "Bà con mang theo giấy tờ và đến bộ phận một cửa. " * 12}, ensure_ascii=False)
_PLACES = ("ngõ {n}, thôn Đông", "gần chợ, ấp {n}", "xóm Đình", "tổ {n}, đối diện trường học", "cầu kênh {n}", "")
_TELLS = "{what}. Bà con đi lại khó khăn, mong đơn vị sớm cho người đến xem, việc này đã kéo dài {n} ngày rồi ạ."
_REPORT = (
    "id office_id code conversation_id source category words place latitude longitude reporter state owner_id version "
    "opened_at changed_at acknowledge_by answer_by acknowledged_at answered_at done_at ended_at day responsible "
    "reopened stars"
).split()
_GROUP = 10_000_000  # and the office: the conversation that its officers' group is
_EVENT = "report_id at actor officer_id move from_state to_state words detail".split()


def fill(file: Path, reports: tuple[int, ...], password: str, said: int = 10) -> None:
    """Fill a migrated database: so many reports in each office; `password` is what is kept of the officers'.

    Each reporter has written `said` messages to the bot, and got two for each.
    """
    dice = random.Random(26)  # noqa: S311 (the same desk each time)
    categories = load_categories(ROOT / "data" / "reports" / "categories.yml")
    now = time.time()
    numbers = count(1)
    with closing(sqlite3.connect(file)) as database, database:
        for office, (slug, wanted) in enumerate(zip(OFFICES, reports, strict=True), 1):
            database.execute("INSERT OR REPLACE INTO offices (id, slug) VALUES (?, ?)", (office, slug))
            account = (office, office, "web", f"bench-{office}")
            database.execute("INSERT INTO channel_accounts (id, office_id, channel, name) VALUES (?, ?, ?, ?)", account)
            _officers(database, office, password)
            made = [_report(dice, categories, next(numbers), office, now) for _ in range(wanted)]
            made.sort(key=lambda report: report["opened_at"])
            ids = sorted(report["id"] for report in made)
            for report, number in zip(made, ids, strict=True):  # the order of ids is that of coming in
                report["id"] = report["conversation_id"] = number
            _people(database, office, made, numbers, said)
            _insert(database, "reports", _REPORT, ([report[name] for name in _REPORT] for report in made))
            _insert(database, "report_events", _EVENT, (event for report in made for event in _life(report)))
            _group(database, office, made)


def _officers(database: sqlite3.Connection, office: int, password: str) -> None:
    for number in range(OFFICERS):
        row = (office * 100 + number, office, f"bench-{office}-{number}", f"Cán bộ {number}", "lanh-dao", password)
        database.execute(
            "INSERT INTO officers (id, office_id, login, name, role, password, active, failures, locked_until,"
            " created_at) VALUES (?, ?, ?, ?, ?, ?, 1, 0, 0, 0)",
            row,
        )


def _people(
    database: sqlite3.Connection, office: int, made: list[dict[str, object]], numbers: Iterator[int], said: int
) -> None:
    """A conversation for each report with all that was said in it; some of the news about it did not arrive."""
    columns = "id account_id address talk created_at worked_until sent_until heard_at".split()
    people = ([one["id"], office, f"p{one['id']}", "{}", 0.0, 0.0, 0.0, 0.0] for one in made)
    _insert(database, "conversations", columns, people)
    columns = "conversation_id reply state attempts next_try_at created_at error".split()
    told = (
        [one["id"], f'{{"text": "Đã nhận", "heading": "Phản ánh {one["code"]}: Đã nhận"}}', state, 0, 0.0, 0.0, ""]
        for index, one in enumerate(made)
        for state in ("sent", "held" if index % 200 == 0 else "sent")
    )
    _insert(database, "outbox_messages", columns, told)
    columns = "id account_id conversation_id event_key state attempts next_try_at received_at done_at outcome error"
    events = [(next(numbers), one) for _ in range(said) for one in made]
    heard = (
        [event, office, one["id"], f"e{event}", "done", 1, 0.0, one["opened_at"], 0.0, "answered", ""]
        for event, one in events
    )
    _insert(database, "inbox_events", columns.split(), heard)
    columns = "office_id event_id asked_at text topic confidence aspect outcome"
    asked = (
        [office, event, one["opened_at"], "làm khai sinh cần giấy tờ gì", "khai-sinh", 0.9, "overview", "answered"]
        for event, one in events
    )
    _insert(database, "questions", columns.split(), asked)
    columns = "conversation_id reply state attempts next_try_at created_at sent_at platform_id error"
    answered = (
        [one["id"], _ANSWER, "sent", 0, 0.0, one["opened_at"], one["opened_at"], f"p{one['id']}-{number}", ""]
        for number in range(2 * said - 2)
        for one in made
    )
    _insert(database, "outbox_messages", columns.split(), answered)


def _group(database: sqlite3.Connection, office: int, made: list[dict[str, object]]) -> None:
    """The officers' group, with two posts about each report."""
    group = _GROUP + office
    columns = "id account_id address talk created_at worked_until sent_until heard_at".split()
    _insert(database, "conversations", columns, [[group, office, f"-{group}", "{}", 0.0, 0.0, 0.0, 0.0]])
    columns = "id office_id account_id address bound_by created_at".split()
    _insert(database, "officer_groups", columns, [[office, office, office, f"-{group}", office * 100, 0.0]])
    columns = "id conversation_id reply state attempts next_try_at created_at sent_at platform_id error".split()
    first = 2 * _GROUP * office
    posted = [
        [first + place, group, _ANSWER, "sent", 0, 0.0, one["opened_at"], one["opened_at"], f"{place}", ""]
        for place, one in enumerate([*made, *made])
    ]
    _insert(database, "outbox_messages", columns, posted)
    posts = ([office, one["id"], first + place] for place, one in enumerate([*made, *made]))
    _insert(database, "group_posts", "group_id report_id outbox_id".split(), posts)


def _code(number: int) -> str:
    """A code of the usual form, another one for each number: chance would give one twice in fifty thousand."""
    letters = "".join("34679ACEFGHKQRTY"[number * 0x9E3779B1 % 16**9 >> 4 * place & 15] for place in range(9))
    return f"{letters[:3]}-{letters[3:6]}-{letters[6:]}"


def _report(dice: random.Random, categories: Categories, number: int, office: int, now: float) -> dict[str, object]:
    [state] = dice.choices([one for one, _ in _STATES], [weight for _, weight in _STATES])
    ended = state is State.DONE or state in CLOSED
    opened = now - dice.uniform(0, _YEARS * 365 if ended else 20) * _DAY
    seen = None if state in (State.NEW, State.WITHDRAWN) else opened + dice.expovariate(1 / 3600)
    done = opened + dice.uniform(1, 8) * _DAY if ended else None
    category = dice.choice(list(categories))
    what = dice.choice(category.words or (category.name,)).capitalize()
    return {
        "id": number,
        "office_id": office,
        "code": _code(number),
        "conversation_id": number,
        "source": dice.choice(("zalo", "telegram", "web")),
        "category": category.id,
        "words": _TELLS.format(what=what, n=dice.randint(2, 30)),
        "place": dice.choice(_PLACES).format(n=dice.randint(1, 20)),
        "latitude": dice.uniform(10, 11),
        "longitude": dice.uniform(106, 107),
        "reporter": dice.choice(("", "Nguyễn Văn An")),
        "state": state.value,
        "owner_id": office * 100 + dice.randrange(OFFICERS) if seen else None,
        "version": 1,
        "opened_at": opened,
        "changed_at": done or seen or opened,
        "acknowledge_by": opened + 300.0,
        "answer_by": opened + 5 * _DAY,
        "acknowledged_at": seen,
        "answered_at": seen and seen + 3600.0,
        "done_at": done if state is State.DONE else None,
        "ended_at": done,
        "day": "",
        "responsible": "Điện lực khu vực" if state in (State.NOT_OURS, State.FORWARDED) else "",
        "reopened": 0,
        "stars": dice.choice((None, 3, 4, 5)) if state is State.DONE else None,
    }


def _life(report: dict[str, object]) -> Iterator[list[object]]:
    """From being sent to where it stands now."""
    number, opened, seen, state = report["id"], report["opened_at"], report["acknowledged_at"], report["state"]
    owner, words = report["owner_id"], report["words"]
    yield [number, opened, "citizen", None, "gui", "", "moi", words, "{}"]
    if seen:
        yield [number, seen, "officer", owner, "nhan-viec", "moi", "da-nhan", "", "{}"]
        yield [number, report["answered_at"], "officer", owner, "tra-loi", "da-nhan", "da-nhan", "Mai có thợ.", "{}"]
        if state not in ("moi", "da-nhan"):
            yield [number, report["changed_at"], "officer", owner, "xong", "da-nhan", state, "Đã xử lý.", "{}"]
    elif state == "rut-lai":
        yield [number, report["changed_at"], "citizen", None, "rut-lai", "moi", state, "", "{}"]


def _insert(database: sqlite3.Connection, table: str, columns: list[str], rows: Iterator[list[object]]) -> None:
    marks = ", ".join("?" * len(columns))
    database.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 (our names)
