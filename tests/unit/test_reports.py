"""Reports in a real database: every move is an event, and nobody overwrites anybody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.accounts import enter
from bot.desk.calendar import WorkingTime, load_holidays
from bot.desk.categories import load_categories
from bot.desk.codes import find_code, new_code
from bot.desk.deeds import Follow, carry_out
from bot.desk.life import Actor, Doing, Impossible, Move, State
from bot.desk.reports import (
    SENT,
    Desk,
    NewReport,
    Overtaken,
    Unknown,
    act,
    follow,
    open_report,
    report_for,
    report_of,
)
from bot.desk.tables import Follower, Officer, Report, ReportEvent
from bot.desk.view import View
from bot.inbox import conversation
from bot.settings import ROOT
from bot.store import Store, migrate
from bot.tables import OutboxMessage
from tests.unit.scene import NOW, office

START = NOW.timestamp()
DAY = 24 * 3600.0


@dataclass
class Hall:
    """A database with an office, two officers and two citizens."""

    store: Store
    desk: Desk
    officers: tuple[int, int]
    citizen: int
    neighbour: int

    async def sent(self, conversation_id: int | None = None, reporter: str = "") -> str:
        """A new report's code."""
        sender = conversation_id or self.citizen
        new = NewReport(new_code(), "viec-khac", "đèn hỏng", "telegram", reporter=reporter, conversation_id=sender)
        async with self.store.write() as session:
            return (await open_report(session, self.desk, new, START)).report.code

    async def does(self, code: str, doing: Doing, now: float = START, seen: int | None = None) -> Report:
        """A move."""
        async with self.store.write() as session:
            report = await report_of(session, self.desk.office_id, code)
            return (await act(session, self.desk, report, doing, now, seen)).report

    async def events(self, code: str) -> list[ReportEvent]:
        """Its life so far."""
        async with self.store.read() as session:
            report = await report_of(session, self.desk.office_id, code)
            return list(
                await session.scalars(select(ReportEvent).filter_by(report_id=report.id).order_by(ReportEvent.id))
            )

    async def follows(self, code: str, conversation_id: int) -> None:
        """Somebody who told of the same."""
        async with self.store.write() as session:
            await carry_out(session, self.desk, conversation_id, Follow(code), START)

    async def listening_to(self, code: str) -> list[int]:
        """Who follows it."""
        async with self.store.read() as session:
            report = await report_of(session, self.desk.office_id, code)
            return list(await session.scalars(select(Follower.conversation_id).filter_by(report_id=report.id)))

    def assigns(self, words: str) -> Doing:
        """An officer gives it to the other."""
        return Doing(Move.ASSIGN, "officer", self.officers[0], words=words, owner=self.officers[1])

    def seen_by(self, conversation_id: int) -> View:
        """The desk as a conversation sees it; without photos."""
        return View(self.store, self.desk, conversation_id, "telegram", START, cast(Any, None), cast(Any, None))

    async def heard(self, conversation_id: int) -> list[str]:
        """What was written to a conversation."""
        async with self.store.read() as session:
            rows = await session.scalars(select(OutboxMessage).filter_by(conversation_id=conversation_id))
            return [f"{row.reply.get('heading', '')} {row.reply['text']}" for row in rows]


@asynccontextmanager
async def open_hall(url: str) -> AsyncIterator[Hall]:
    """The hall over a migrated database."""
    store = Store(url)
    try:
        async with store.write() as session:
            account, office_id = await enter(session, "telegram", "default", "xa-vi-du")
            officers = (await _officer(session, office_id, "an"), await _officer(session, office_id, "binh"))
            people = [await conversation(session, account, address, START) for address in ("1", "2")]
        hours = WorkingTime.of(office(), load_holidays(ROOT / "data" / "reports" / "holidays.yml"))
        categories = load_categories(ROOT / "data" / "reports" / "categories.yml")
        yield Hall(store, Desk(office_id, hours, categories), officers, people[0], people[1])
    finally:
        await store.close()


async def _officer(session: AsyncSession, office_id: int, login: str) -> int:
    known = await session.scalar(select(Officer.id).filter_by(login=login))
    if known is not None:
        return known
    row = Officer(office_id=office_id, login=login, name=login.title(), role="can-bo", password="", created_at=START)
    session.add(row)
    await session.flush()
    return row.id


@pytest.fixture(scope="module")
def in_hall(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[Hall], Awaitable[None]]], None]:
    """Run a scene in the hall."""
    folder: Path = tmp_path_factory.mktemp("reports")
    url = f"sqlite+aiosqlite:///{folder / 'test.db'}"
    migrate(url)

    def run(scene: Callable[[Hall], Awaitable[None]]) -> None:
        async def play() -> None:
            async with open_hall(url) as hall:
                await scene(hall)

        asyncio.run(play())

    return run


InHall = Callable[[Callable[[Hall], Awaitable[None]]], None]


def test_the_first_event_is_the_sending_and_each_move_adds_one(in_hall: InHall) -> None:
    async def scene(hall: Hall) -> None:
        code = await hall.sent()
        await hall.does(code, Doing(Move.CLAIM, "officer", hall.officers[0]))
        await hall.does(code, Doing(Move.FINISH, "officer", hall.officers[0], words="đã thay bóng"))
        events = await hall.events(code)
        assert [event.move for event in events] == [SENT, "nhan-viec", "xong"]
        assert [(event.from_state, event.to_state) for event in events][1:] == [
            ("moi", "da-nhan"),
            ("da-nhan", "da-xong"),
        ]

    in_hall(scene)


def test_the_citizen_and_the_followers_hear_of_moves_but_not_of_notes(in_hall: InHall) -> None:
    async def scene(hall: Hall) -> None:
        code = await hall.sent()
        async with hall.store.write() as session:
            await follow(session, await report_of(session, hall.desk.office_id, code), hall.neighbour, START)
        await hall.does(code, Doing(Move.NOTE, "officer", hall.officers[0], words="gọi thợ chưa được"))
        await hall.does(code, Doing(Move.ANSWER, "officer", hall.officers[0], words="mai thợ đến"))
        for person in (hall.citizen, hall.neighbour):
            told = [line for line in await hall.heard(person) if code in line]
            assert len(told) == 1
            assert "mai thợ đến" in told[0]

    in_hall(scene)


def test_the_second_of_two_officers_is_told_who_was_faster_and_changes_nothing(in_hall: InHall) -> None:
    async def scene(hall: Hall) -> None:
        code = await hall.sent()
        seen = 1
        await hall.does(code, Doing(Move.CLAIM, "officer", hall.officers[0]), seen=seen)
        with pytest.raises(Overtaken, match="An vừa cập nhật"):
            await hall.does(code, Doing(Move.FINISH, "officer", hall.officers[1], words="xong"), seen=seen)
        assert [event.move for event in await hall.events(code)] == [SENT, "nhan-viec"]

    in_hall(scene)


def test_of_many_at_once_one_is_first_and_none_is_lost(in_hall: InHall) -> None:
    async def scene(hall: Hall) -> None:
        code = await hall.sent()
        moves = [hall.does(code, Doing(Move.CLAIM, "officer", who), seen=1) for who in hall.officers * 4]
        results = await asyncio.gather(*moves, return_exceptions=True)
        assert sum(isinstance(result, Report) for result in results) == 1
        assert sum(isinstance(result, Overtaken) for result in results) == len(moves) - 1
        assert len(await hall.events(code)) == 2

    in_hall(scene)


def test_a_code_opens_nothing_for_another_citizen(in_hall: InHall) -> None:
    async def scene(hall: Hall) -> None:
        code = await hall.sent()
        async with hall.store.read() as session:
            assert (await report_for(session, hall.citizen, code)).code == code
            with pytest.raises(Unknown):
                await report_for(session, hall.neighbour, code)
            with pytest.raises(Unknown):
                await report_of(session, hall.desk.office_id + 1, code)

    in_hall(scene)


def test_merged_into_another_its_sender_follows_that_one(in_hall: InHall) -> None:
    async def scene(hall: Hall) -> None:
        first, second = await hall.sent(hall.neighbour), await hall.sent()
        with pytest.raises(Impossible, match="phản ánh gốc"):
            await hall.does(first, Doing(Move.MERGE, "officer", hall.officers[0], original=first))
        await hall.does(second, Doing(Move.MERGE, "officer", hall.officers[0], original=first))
        await hall.does(first, Doing(Move.FINISH, "officer", hall.officers[0], words="đã sửa"))
        assert any(first in line and "đã sửa" in line for line in await hall.heard(hall.citizen))

    in_hall(scene)


class TestTheOfficesOwnBusiness:
    """What officers tell each other stays among them."""

    def test_words_of_an_assignment_are_no_answer_but_somebody_has_seen_to_it(self, in_hall: InHall) -> None:
        async def scene(hall: Hall) -> None:
            code = await hall.sent()
            report = await hall.does(code, hall.assigns("nhà này hay kiện, cẩn thận"))
            assert (report.acknowledged_at, report.answered_at) == (START, None)
            report = await hall.does(code, Doing(Move.ANSWER, "officer", hall.officers[1], words="mai"), START + 60)
            assert report.answered_at == START + 60

        in_hall(scene)

    def test_filing_and_noting_acknowledge_nothing(self, in_hall: InHall) -> None:
        async def scene(hall: Hall) -> None:
            code = await hall.sent()
            await hall.does(code, Doing(Move.FILE, "officer", hall.officers[0], category="den-duong"))
            report = await hall.does(code, Doing(Move.NOTE, "officer", hall.officers[0], words="xem"))
            assert (report.state, report.owner_id, report.acknowledged_at) == (State.NEW, None, None)

        in_hall(scene)

    def test_the_citizen_hears_that_it_was_taken_but_not_the_words(self, in_hall: InHall) -> None:
        async def scene(hall: Hall) -> None:
            code = await hall.sent()
            await hall.does(code, hall.assigns("nhà này hay kiện, cẩn thận"))
            [told] = [line for line in await hall.heard(hall.citizen) if code in line]
            assert "Đã nhận" in told
            assert "Cán bộ đã nhận phản ánh của bà con" in told
            assert "hay kiện" not in told
            await hall.does(code, hall.assigns("vẫn cẩn thận"))
            assert len([line for line in await hall.heard(hall.citizen) if code in line]) == 1

        in_hall(scene)

    def test_who_asks_for_the_last_answer_does_not_read_it(self, in_hall: InHall) -> None:
        async def scene(hall: Hall) -> None:
            code = await hall.sent()
            await hall.does(code, Doing(Move.ANSWER, "officer", hall.officers[0], words="mai thợ đến"))
            await hall.does(code, hall.assigns("nhà này hay kiện, cẩn thận"))
            ticket = await hall.seen_by(hall.citizen).ticket(code)
            assert ticket
            assert ticket.answer == "mai thợ đến"

        in_hall(scene)


class TestOthersToo:
    """Several people told of the same."""

    def test_what_is_over_cannot_be_joined(self, in_hall: InHall) -> None:
        async def scene(hall: Hall) -> None:
            code = await hall.sent()
            view = hall.seen_by(hall.neighbour)
            assert await view.still_open(code)
            await hall.does(code, Doing(Move.WITHDRAW, "citizen"))
            assert not await view.still_open(code)
            async with hall.store.write() as session:
                with pytest.raises(Impossible, match="đã đóng"):
                    await carry_out(session, hall.desk, hall.neighbour, Follow(code), START)
            assert await hall.listening_to(code) == []

        in_hall(scene)

    @pytest.mark.parametrize("ended", [Move.WITHDRAW, Move.REFUSE])
    def test_nothing_is_merged_into_what_is_withdrawn_or_not_ours(self, in_hall: InHall, ended: Move) -> None:
        async def scene(hall: Hall) -> None:
            first, second = await hall.sent(hall.neighbour), await hall.sent()
            if ended is Move.WITHDRAW:
                await hall.does(first, Doing(ended, "citizen"))
            else:
                await hall.does(first, Doing(ended, "officer", hall.officers[0], "của Sở", responsible="Sở Xây dựng"))
            with pytest.raises(Impossible, match="phản ánh gốc"):
                await hall.does(second, Doing(Move.MERGE, "officer", hall.officers[0], original=first))

        in_hall(scene)

    def test_what_is_done_takes_in_a_late_one(self, in_hall: InHall) -> None:
        async def scene(hall: Hall) -> None:
            first, second = await hall.sent(hall.neighbour), await hall.sent()
            await hall.does(first, Doing(Move.FINISH, "officer", hall.officers[0], words="đã sửa"))
            merged = await hall.does(second, Doing(Move.MERGE, "officer", hall.officers[0], original=first))
            assert merged.state == State.DUPLICATE

        in_hall(scene)

    def test_taken_back_while_others_follow_it_stays_and_loses_its_sender(self, in_hall: InHall) -> None:
        async def scene(hall: Hall) -> None:
            code = await hall.sent(reporter="Nguyễn Văn An")
            await hall.does(code, Doing(Move.CLAIM, "officer", hall.officers[0]))
            await hall.follows(code, hall.neighbour)
            report = await hall.does(code, Doing(Move.WITHDRAW, "citizen"))
            assert (report.state, report.conversation_id, report.reporter) == (State.ACKNOWLEDGED, None, "")
            assert await hall.seen_by(hall.citizen).ticket(code) is None
            before = len(await hall.heard(hall.citizen))
            await hall.does(code, Doing(Move.FINISH, "officer", hall.officers[0], words="đã sửa"))
            assert any(code in line and "đã sửa" in line for line in await hall.heard(hall.neighbour))
            assert len(await hall.heard(hall.citizen)) == before

        in_hall(scene)

    def test_taken_back_with_another_merged_into_it_stays(self, in_hall: InHall) -> None:
        async def scene(hall: Hall) -> None:
            first, second = await hall.sent(), await hall.sent(hall.neighbour)
            await hall.does(second, Doing(Move.MERGE, "officer", hall.officers[0], original=first))
            assert (await hall.does(first, Doing(Move.WITHDRAW, "citizen"))).state == State.NEW

        in_hall(scene)

    def test_taken_back_when_only_ones_own_was_merged_into_it_is_withdrawn(self, in_hall: InHall) -> None:
        async def scene(hall: Hall) -> None:
            first, second = await hall.sent(), await hall.sent()
            await hall.does(second, Doing(Move.MERGE, "officer", hall.officers[0], original=first))
            assert (await hall.does(first, Doing(Move.WITHDRAW, "citizen"))).state == State.WITHDRAWN

        in_hall(scene)

    def test_its_sender_is_told_beforehand_which_of_the_two_it_is(self, in_hall: InHall) -> None:
        async def scene(hall: Hall) -> None:
            code = await hall.sent()
            view = hall.seen_by(hall.citizen)
            assert [one.shared for one in await asyncio.gather(view.ticket(code)) if one] == [False]
            await hall.follows(code, hall.neighbour)
            assert [one.shared for one in await asyncio.gather(view.ticket(code)) if one] == [True]

        in_hall(scene)


moves = st.lists(
    st.tuples(
        st.sampled_from(list(Move)), st.sampled_from(["citizen", "officer", "peer"]), st.integers(0, 1), st.booleans()
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None)
@given(moves)
def test_random_moves_lose_no_event_and_leave_one_owner(
    in_hall: InHall, steps: list[tuple[Move, Actor, int, bool]]
) -> None:
    async def scene(hall: Hall) -> None:
        code, original = await hall.sent(), await hall.sent(hall.neighbour)
        made = 0
        for place, (move, actor, who, complete) in enumerate(steps):
            officer = hall.officers[who] if actor == "officer" else None
            full = Doing(
                move, actor, officer, "lời", hall.officers[1 - who], "2026-12-30", "Điện lực", "viec-khac", original, 4
            )
            try:
                await hall.does(code, full if complete else Doing(move, actor, officer), START + place * DAY)
            except Impossible:
                continue
            made += 1
        events = await hall.events(code)
        report = await hall.does(code, Doing(Move.NOTE, "officer", hall.officers[0], words="xem"), START + 99 * DAY)
        assert len(events) == made + 1
        assert report.version == made + 2
        assert all(before.to_state == then.from_state for before, then in pairwise(events))
        assert events[-1].to_state == report.state
        assert (report.state == State.NEW) <= (report.owner_id is None)
        assert report.owner_id in (None, *hall.officers)

    in_hall(scene)


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from([" ", "", "-", " - ", ". "]))
def test_a_code_is_found_however_it_is_written(before: str, after_it: str, gap: str) -> None:
    code = new_code()
    written = gap.join(code.replace("-", "")).lower()
    assert find_code(f"mã {written} ạ") == code
    assert find_code(f"{before}") is None or len(before) >= 9
    assert find_code(f"{before}\n:{code}:\n{after_it}") is not None


def test_codes_have_no_letter_that_sounds_or_looks_like_another() -> None:
    assert not {letter for _ in range(2000) for letter in new_code()} & set("0O1IL2Z5S8BUVDMNPXJW")
