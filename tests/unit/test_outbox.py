"""The outbox: one row a message, lasting news, and a window that opens while a message is on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState

from bot import outbox
from bot.messages import Choice, Reply
from bot.outbox import GIVE_UP_AFTER, Outgoing
from bot.store import Store, migrate
from bot.tables import ChannelAccount, Conversation, Office, OutboxMessage

T = TypeVar("T")
NOW = 1_800_000_000.0
HOUR = 3600.0


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Callable[[AsyncSession], Awaitable[T]]], T]:
    """Work in one transaction of a database with one conversation, whose id is 1."""
    url = f"sqlite+aiosqlite:///{tmp_path}/motcua.db"
    migrate(url)

    def run(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async def inside() -> T:
            store = Store(url)
            try:
                async with store.write() as session:
                    session.add(Office(id=1, slug="xa"))
                    await session.flush()
                    session.add(ChannelAccount(id=1, office_id=1, channel="zalo", name="default"))
                    await session.flush()
                    session.add(Conversation(id=1, account_id=1, address="a", created_at=NOW))
                    await session.flush()
                    return await work(session)
            finally:
                await store.close()

        return asyncio.run(inside())

    return run


async def claim(session: AsyncSession, now: float) -> Outgoing | None:
    return await outbox.claim_message(session, "me", [1], now)


async def claimed(session: AsyncSession, now: float) -> Outgoing:
    message = await claim(session, now)
    assert message
    return message


async def states(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(OutboxMessage.state).order_by(OutboxMessage.id)))


class TestOneRowAMessage:
    def test_photos_follow_the_words_each_by_itself(self, run: Callable[..., list[Reply]]) -> None:
        async def work(session: AsyncSession) -> list[Reply]:
            choices = (Choice(label="Xem", payload="#menu"),)
            reply = Reply(text="Xong.", heading="Tin", choices=choices, photos=("a", "b"), lasting=True, in_place=True)
            rows = outbox.enqueue(session, 1, None, [reply, Reply(text="Nữa.")], "7", NOW)
            await session.flush()
            assert [row.id for row in rows] == [1, 2, 3, 4]
            assert [row.edits for row in rows] == ["7", None, None, None]
            return [Reply.model_validate(row.reply) for row in rows]

        words, first, second, next_one = run(work)
        assert (words.text, words.photos, words.lasting, len(words.choices)) == ("Xong.", (), True, 1)
        assert first == Reply(text="", photos=("a",), lasting=True)
        assert second == Reply(text="", photos=("b",), lasting=True)
        assert next_one == Reply(text="Nữa.")

    def test_a_photo_alone_is_one_message(self, run: Callable[..., int]) -> None:
        async def work(session: AsyncSession) -> int:
            return len(outbox.enqueue(session, 1, None, [Reply(text="", photos=("a",))], None, NOW))

        assert run(work) == 1


class TestLastingNews:
    @pytest.mark.parametrize(("lasting", "state"), [(False, "undeliverable"), (True, "waiting")])
    def test_is_not_given_up_after_a_day(self, run: Callable[..., list[str]], lasting: bool, state: str) -> None:
        async def work(session: AsyncSession) -> list[str]:
            outbox.enqueue(session, 1, None, [Reply(text="a", lasting=lasting)], None, NOW)
            late = NOW + GIVE_UP_AFTER + 1
            await outbox.put_off(session, await claimed(session, late), "down", late, None)
            return await states(session)

        assert run(work) == [state]

    def test_holds_up_later_messages_for_a_day_only(self, run: Callable[..., None]) -> None:
        async def work(session: AsyncSession) -> None:
            outbox.enqueue(session, 1, None, [Reply(text="news", lasting=True)], None, NOW)
            outbox.enqueue(session, 1, None, [Reply(text="answer")], None, NOW + HOUR)
            await outbox.put_off(session, await claimed(session, NOW), "down", NOW, 30 * HOUR)
            assert await claim(session, NOW + 2 * HOUR) is None
            assert (await claimed(session, NOW + 25 * HOUR)).reply.text == "answer"

        run(work)


class TestAClosedWindow:
    def test_holds_a_message_until_the_person_writes(self, run: Callable[..., None]) -> None:
        async def work(session: AsyncSession) -> None:
            outbox.enqueue(session, 1, None, [Reply(text="news")], None, NOW)
            await outbox.hold(session, await claimed(session, NOW + 1), "-230", NOW + 2)
            assert await states(session) == ["held"]
            assert await claim(session, NOW + HOUR) is None
            await outbox.release_held(session, 1, NOW + 2 * HOUR)
            assert (await claimed(session, NOW + 2 * HOUR)).reply.text == "news"

        run(work)

    def test_that_opened_while_the_message_was_on_its_way_is_tried_at_once(self, run: Callable[..., None]) -> None:
        async def work(session: AsyncSession) -> None:
            outbox.enqueue(session, 1, None, [Reply(text="news")], None, NOW)
            message = await claimed(session, NOW + 1)
            conversation = await session.get(Conversation, 1)
            assert conversation
            conversation.heard_at = NOW + 1.5
            await outbox.release_held(session, 1, NOW + 1.5)  # nothing is held yet
            await session.flush()
            await outbox.hold(session, message, "-230", NOW + 2)
            assert await states(session) == ["waiting"]
            assert (await claimed(session, NOW + 5)).reply.text == "news"

        run(work)

    def test_cannot_open_between_the_look_and_the_holding(self, run: Callable[..., list[str]]) -> None:
        """Where several processes write, the conversation is locked before it is looked at."""
        asked: list[str] = []

        async def work(session: AsyncSession) -> list[str]:
            def note(state: ORMExecuteState) -> None:
                asked.append(str(state.statement.compile(dialect=postgresql.dialect())))

            outbox.enqueue(session, 1, None, [Reply(text="news")], None, NOW)
            message = await claimed(session, NOW + 1)
            event.listen(session.sync_session, "do_orm_execute", note)
            await outbox.hold(session, message, "-230", NOW + 2)
            return asked

        first = run(work)[0]
        assert "heard_at" in first
        assert first.endswith("FOR UPDATE")
