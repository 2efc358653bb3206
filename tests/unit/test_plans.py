"""What is asked with each message is answered from an index, also where nobody ever ran ANALYZE."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox, outbox
from bot.desk.cases import stuck
from bot.desk.groups import group
from bot.desk.takeovers import talk
from bot.outbox import Echo
from bot.shown import choices_shown
from bot.store import Store, migrate

NOW = 1_800_000_000.0
ECHO = Echo(1, "a", "Chào", "7")
# Those of what waits or is stopped are short, whatever else there is: they may be walked from end to end.
SHORT = ("ix_outbox_due", "ix_outbox_unheard", "ix_inbox_due")
Work = Callable[[AsyncSession], Awaitable[Any]]

QUERIES: dict[str, tuple[Work, set[str]]] = {
    "the next event": (
        lambda session: inbox.claim_event(session, "me", [1, 2], NOW),
        {"ix_inbox_due", "ix_inbox_waiting"},
    ),
    "the next message": (
        lambda session: outbox.claim_message(session, "me", [1], NOW),
        {"ix_outbox_due", "ix_outbox_waiting"},
    ),
    "what is held for somebody who writes": (
        lambda session: outbox.release_held(session, 1, NOW),
        {"ix_outbox_unheard"},
    ),
    "how much is held": (lambda session: outbox.held_for(session, [1, 2, 3]), {"ix_outbox_unheard"}),
    "the message that an echo is of": (
        lambda session: outbox.confirm(session, ECHO, lambda reply: reply.text, NOW),
        {"ix_outbox_arrived"},
    ),
    "what a page has not shown": (lambda session: outbox.shown_after(session, 1, "a", 5), {"ix_outbox_talk"}),
    "the menu on the screen": (lambda session: choices_shown(session, 1, NOW), {"ix_outbox_talk"}),
    "reports whose news has not arrived": (
        lambda session: stuck.codes_unheard(session, {1, 2, 3}, NOW),
        {"ix_outbox_unheard"},
    ),
    "news that has not arrived": (lambda session: stuck.unheard(session, 1, NOW), {"ix_outbox_unheard"}),
    "groups that hear nothing": (lambda session: stuck.deaf_groups(session, 1, NOW), {"ix_outbox_unheard"}),
    "the post that is answered": (lambda session: group.post_behind(session, 1, 1, "7"), {"ix_outbox_arrived"}),
    "the first post": (lambda session: group._first_post(session, 1, 1, 1), {"ix_group_posts_report_id"}),
    "what was asked before": (
        lambda session: talk._asked(session, 1, 1),
        {"ix_inbox_talk", "ix_questions_event_id"},
    ),
    "what is on its way to somebody": (lambda session: talk._on_the_way(session, 1, 1.0), {"ix_outbox_talk"}),
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('plans')}/motcua.db"
    migrate(url)
    return url


async def plan_of(url: str, work: Work) -> list[str]:
    """How SQLite goes about everything that some work asks, as it is asked."""
    store, asked = Store(url), []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, values))

    try:
        async with store.write() as session:
            event.listen(store.engine.sync_engine, "before_cursor_execute", note)
            await work(session)
            event.remove(store.engine.sync_engine, "before_cursor_execute", note)
            connection = await session.connection()
            plans = [await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", values) for one, values in asked]
            return [row[3] for plan in plans for row in plan]
    finally:
        await store.close()


@pytest.mark.parametrize("what", QUERIES)
def test_a_busy_line_is_never_walked_from_end_to_end(url: str, what: str) -> None:
    work, indexes = QUERIES[what]
    plan = asyncio.run(plan_of(url, work))
    assert plan, "nothing was asked"
    for step in plan:
        walked = re.match(r"SCAN (outbox_messages|inbox_events|questions|group_posts)(?!.* INDEX ix)", step)
        assert not walked, plan
        if step.startswith("SCAN") and " INDEX " in step:
            assert step.endswith(SHORT), plan
        assert "(rowid>?)" not in step, plan
    used = {index for step in plan for index in re.findall(r"INDEX (ix_\w+)", step)}
    assert indexes <= used, plan
