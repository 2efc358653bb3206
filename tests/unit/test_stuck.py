"""What has not arrived: news of the last month that nothing newer made good, and groups that hear nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import outbox
from bot.desk.cases import stuck
from bot.desk.groups import binding, group
from bot.desk.tables import OfficerGroup, Report
from bot.messages import Reply
from bot.tables import ChannelAccount, Conversation, OutboxMessage
from tests.unit import stage
from tests.unit.stage import Stage, Story, at

Play = Callable[[Story], None]
NOW = at("2026-11-16T09:00")
DAY = 24 * 3600.0
CODE = "A3K-7TQ-9CE"
NEWS = {"heading": f"Phản ánh {CODE}: Đang xử lý", "text": "x", "lasting": True}


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return partial(stage.play, tmp_path)


async def told(stage: Stage, address: str, *messages: tuple[str, float], reply: dict[str, Any] = NEWS) -> int:
    """A conversation with messages: state, and how long ago each was made."""
    async with stage.store.write() as session:
        account = await session.scalar(select(ChannelAccount.id))
        if account is None:
            row = ChannelAccount(channel="telegram", name="a", office_id=stage.desks[0].office_id)
            session.add(row)
            await session.flush()
            account = row.id
        person = Conversation(account_id=account, address=address, created_at=0.0)
        session.add(person)
        await session.flush()
        for state, ago in messages:
            when: dict[str, Any] = {"created_at": NOW - ago, "next_try_at": NOW - ago}
            session.add(OutboxMessage(conversation_id=person.id, state=state, reply=reply, error="why", **when))
            await session.flush()
        return person.id


async def bind(stage: Stage, address: str) -> int:
    """A group of the first office, where a conversation is already."""
    async with stage.store.write() as session:
        account = await session.scalar(select(ChannelAccount.id))
        bound: dict[str, Any] = {"account_id": account, "address": address, "created_at": 0.0}
        row = OfficerGroup(office_id=stage.desks[0].office_id, bound_by=stage.officers[0], **bound)
        session.add(row)
        await session.flush()
        return row.id


async def unheard(stage: Stage, office: int = 0) -> list[str]:
    async with stage.store.read() as session:
        return [one.code for one in await stuck.unheard(session, stage.desks[office].office_id, NOW)]


async def codes(stage: Stage, *conversations: int) -> frozenset[str]:
    async with stage.store.read() as session:
        return await stuck.codes_unheard(session, conversations, NOW)


async def deaf(stage: Stage, office: int = 0) -> list[stuck.DeafGroup]:
    async with stage.store.read() as session:
        return await stuck.deaf_groups(session, stage.desks[office].office_id, NOW)


class TestNewsForCitizens:
    @pytest.mark.parametrize("state", ["held", "undeliverable"])
    def test_that_is_stopped_is_shown_to_its_office_alone(self, play: Play, state: str) -> None:
        async def story(stage: Stage) -> None:
            person = await told(stage, "5", (state, DAY))
            assert await unheard(stage) == [CODE]
            assert await unheard(stage, office=1) == []
            assert await codes(stage, person) == {CODE}

        play(story)

    @pytest.mark.parametrize(
        ("messages", "shown"),
        [
            ([("undeliverable", 31 * DAY)], False),
            ([("undeliverable", 2 * DAY), ("sent", DAY)], False),
            ([("undeliverable", 2 * DAY), ("waiting", DAY)], True),
            ([("sent", 2 * DAY), ("undeliverable", DAY)], True),
            ([("undeliverable", DAY), ("sent", DAY)], True),  # its photo, stored with it
        ],
        ids=["a month ago", "heard since", "not heard since", "heard before", "heard a part of it"],
    )
    def test_is_forgotten_when_it_is_of_no_use_any_more(
        self, play: Play, messages: list[tuple[str, float]], shown: bool
    ) -> None:
        async def story(stage: Stage) -> None:
            person = await told(stage, "5", *messages)
            assert (await unheard(stage) == [CODE]) is shown
            assert (await codes(stage, person) == {CODE}) is shown

        play(story)

    def test_an_answer_to_a_question_is_no_news(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await told(stage, "5", ("undeliverable", DAY), reply={"text": "Lệ phí là 0 đồng."})
            assert await unheard(stage) == []

        play(story)


class TestGroups:
    def test_one_that_hears_nothing_is_named_with_the_reason(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await told(stage, "-100/7", ("sent", 9 * DAY), ("undeliverable", 3 * DAY), ("undeliverable", DAY))
            await bind(stage, "-100/7")
            assert await deaf(stage) == [stuck.DeafGroup("-100", "7", 2, NOW - 3 * DAY, "why")]
            assert await deaf(stage, office=1) == []
            assert await unheard(stage) == []

        play(story)

    def test_one_that_heard_something_since_is_not(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await told(stage, "-100", ("undeliverable", 3 * DAY), ("sent", DAY))
            await bind(stage, "-100")
            assert await deaf(stage) == []

        play(story)

    def test_what_waited_for_one_that_was_unbound_is_nobodys_news(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            chat = await told(stage, "-100", ("undeliverable", DAY))
            group_id = await bind(stage, "-100")
            await stage.came("2026-11-13T09:00")
            async with stage.store.write() as session:
                [report] = await session.scalars(select(Report.id))
                reply = Reply(heading=f"Phản ánh {CODE}", text="x", lasting=True)
                await group.put_up(session, group_id, chat, report, reply, NOW - DAY)
                await binding.unbind_group(session, await session.get_one(OfficerGroup, group_id))
            assert await unheard(stage) == []
            async with stage.store.write() as session:
                [account] = await session.scalars(select(ChannelAccount.id))
                assert await outbox.claim_message(session, "me", [account], NOW) is None

        play(story)
