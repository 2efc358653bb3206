"""What the officers' groups read in the morning: once, at the right hour, about their own office."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.desk.figures import morning
from bot.desk.figures.morning import greet, news_of
from bot.desk.life import Move
from bot.desk.reports import Desk
from bot.desk.tables import OfficerGroup
from bot.store import Store
from bot.tables import ChannelAccount, Conversation, OutboxMessage
from tests.unit import stage
from tests.unit.stage import Stage, Story, at

Play = Callable[[Story], None]
MONDAY = "2026-11-16T07:30"


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return partial(stage.play, tmp_path)


async def group(stage: Stage, address: str, since: str = "2026-11-01T09:00", office: int = 0) -> None:
    async with stage.store.write() as session:
        office_id = stage.desks[office].office_id
        account = await session.scalar(select(ChannelAccount).filter_by(channel="telegram", office_id=office_id))
        if account is None:
            account = ChannelAccount(channel="telegram", name=f"a{office}", office_id=office_id)
            session.add(account)
            await session.flush()
        bound: dict[str, Any] = {"account_id": account.id, "address": address, "created_at": at(since)}
        session.add(OfficerGroup(office_id=office_id, bound_by=stage.officers[office], **bound))


async def heard(stage: Stage) -> list[tuple[str, str]]:
    """Who was told, and the heading."""
    async with stage.store.read() as session:
        rows = await session.execute(
            select(Conversation.address, OutboxMessage.reply)
            .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
            .order_by(OutboxMessage.id)
        )
        return [(address, reply["heading"]) for address, reply in rows]


async def words(stage: Stage, now: str = MONDAY, office: int = 0) -> str:
    async with stage.store.read() as session:
        return (await news_of(session, stage.desks[office], at(now))).text


class TestAGroupIsTold:
    def test_once_a_day_however_often_somebody_tries(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await group(stage, "-1")
            tries = ("2026-11-16T07:30", "2026-11-16T07:31", "2026-11-16T12:00", "2026-11-17T07:30")
            told = [await greet(stage.store, stage.desks[0], at(now)) for now in tries]
            assert told == [1, 0, 0, 1]
            assert await heard(stage) == [("-1", "Phản ánh sáng 16/11/2026"), ("-1", "Phản ánh sáng 17/11/2026")]

        play(story)

    def test_once_by_two_processes_at_the_same_moment(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await group(stage, "-1")
            await group(stage, "-1/7")
            others = [Store(stage.store.url) for _ in range(3)]
            told = await asyncio.gather(*(greet(store, stage.desks[0], at(MONDAY)) for store in others))
            for store in others:
                await store.close()
            assert sum(told) == 2
            assert [address for address, _ in await heard(stage)] == ["-1", "-1/7"]

        play(story)

    @pytest.mark.parametrize(
        ("now", "told"),
        [
            ("2026-11-16T07:29", 0),
            ("2026-11-16T16:59", 1),
            ("2026-11-16T17:00", 0),
            ("2026-11-22T08:00", 0),  # a Sunday
            ("2026-11-24T08:00", 0),  # the day of culture
            ("2026-08-22T08:00", 0),  # before the group was bound
            ("2027-02-12T08:00", 1),
        ],
    )
    def test_on_working_days_in_office_hours(self, play: Play, now: str, told: int) -> None:
        async def story(stage: Stage) -> None:
            await group(stage, "-1")
            assert await greet(stage.store, stage.desks[0], at(now)) == told

        play(story)

    def test_from_the_morning_after_it_was_bound(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await group(stage, "-1", since="2026-11-16T08:00")
            assert await greet(stage.store, stage.desks[0], at("2026-11-16T09:00")) == 0
            assert await greet(stage.store, stage.desks[0], at("2026-11-17T09:00")) == 1

        play(story)

    def test_of_its_own_office_alone(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await group(stage, "-1")
            await group(stage, "-2", office=1)
            await stage.came("2026-11-13T09:00", office=1)
            await greet(stage.store, stage.desks[0], at(MONDAY))
            assert [address for address, _ in await heard(stage)] == ["-1"]
            assert "0 phản ánh mới" in await words(stage)
            assert "1 phản ánh mới" in await words(stage, office=1)

        play(story)


class TestManyOffices:
    def test_one_that_fails_does_not_keep_the_others_from_being_told(
        self, play: Play, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def story(stage: Stage) -> None:
            told, rung = [], asyncio.Event()

            async def greet_or_fail(_store: Store, desk: Desk, _now: float) -> int:
                if desk.office_id == stage.desks[0].office_id:
                    raise RuntimeError("broken")
                told.append(desk.office_id)
                return 1

            monkeypatch.setattr(morning, "greet", greet_or_fail)
            job = asyncio.create_task(morning.keep_greeting(stage.store, stage.desks, rung.set, lambda: at(MONDAY)))
            await asyncio.wait_for(rung.wait(), 5.0)
            job.cancel()
            assert told == [stage.desks[1].office_id]

        play(story)
        assert [record.message for record in caplog.records if record.name == morning.__name__] == ["greeting_failed"]


class TestTheMessage:
    def test_on_a_monday_goes_back_to_friday(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            for when in ("2026-11-12T09:00", "2026-11-13T09:00", "2026-11-15T23:00"):
                await stage.finished(await stage.came(when), "2026-11-15T23:30")
            text = await words(stage)
            assert text.startswith("Từ 13/11/2026 đến 15/11/2026: 2 phản ánh mới, 3 đã xong, 0 đã đóng.")
            assert "Không có phản ánh nào quá hạn." in text

        play(story)

    def test_names_what_is_late_and_whose_it_is(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            nobodys = await stage.came("2026-11-13T09:00")
            late = await stage.came("2026-11-02T09:00")
            await stage.moved(late, "2026-11-02T09:01", Move.CLAIM)
            due = await stage.came("2026-11-11T09:00")  # three working days
            await stage.moved(due, "2026-11-11T09:01", Move.CLAIM)
            text = await words(stage)
            assert "Đang mở: 3. Quá hạn: 2." in text
            assert f"• {late} Đèn đường hỏng, thiếu đèn, xa-a: quá hạn xử lý 10 ngày 14 giờ" in text
            assert f"• {nobodys} Đèn đường hỏng, thiếu đèn, chưa ai nhận: quá hạn nhận việc 2 ngày 22 giờ" in text
            assert f"Đến hạn hôm nay:\n• {due} Đèn đường hỏng, thiếu đèn, xa-a" in text

        play(story)

    def test_stays_short_when_there_is_much(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            for _ in range(30):
                await stage.came("2026-11-13T09:00")
            text = await words(stage)
            assert "… và 18 phản ánh nữa" in text
            assert len(text) < 3000

        play(story)

    def test_tells_what_has_not_arrived(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            assert "Chưa đến nơi" not in await words(stage)
            await group(stage, "-1")
            async with stage.store.write() as session:
                account = await session.scalar(select(ChannelAccount.id))
                for address, state in (("5", "held"), ("6", "undeliverable"), ("-1", "undeliverable")):
                    person = Conversation(account_id=account, address=address, created_at=0.0)
                    session.add(person)
                    await session.flush()
                    stopped: dict[str, Any] = {"state": state, "next_try_at": 0.0, "created_at": at(MONDAY) - 60}
                    reply = {"text": "x", "lasting": True}
                    session.add(OutboxMessage(conversation_id=person.id, reply=reply, **stopped))
            text = await words(stage)
            assert (
                "Chưa đến nơi: 1 tin đang chờ bà con nhắn lại, 1 tin không gửi được, "
                "1 nhóm cán bộ không nhận được tin." in text
            )

        play(story)

    def test_says_nothing_of_what_citizens_wrote(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await stage.came("2026-11-13T09:00", place="nhà bà Tư, thôn Đông")
            async with stage.store.read() as session:
                reply = await news_of(session, stage.desks[0], at(MONDAY))
            said = json.dumps(reply.model_dump(), ensure_ascii=False)
            assert "Hỏng rồi" not in said
            assert "bà Tư" not in said

        play(story)
