"""Taking over a talk in a real database: when the bot is silent, who is in, what is kept and what is never lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from actions import handoff
from bot.accounts import enter
from bot.channels.zalo.reading import read_event
from bot.desk.calendar import Holidays, WorkingTime
from bot.desk.categories import Categories
from bot.desk.deeds import AskOfficer
from bot.desk.images.photos import Photos
from bot.desk.reports import Desk, Unknown
from bot.desk.tables import Officer, OfficerGroup, Takeover, TakeoverLine
from bot.desk.takeovers import silence, takeover
from bot.desk.takeovers.phase import QUIET, Phase, staffed, standing
from bot.desk.takeovers.takeover import Occupied
from bot.desk.takeovers.takeover_words import spoken
from bot.desk.takeovers.talk import talk_of
from bot.desk.takeovers.talks import listed
from bot.desk.view import View
from bot.inbox import conversation
from bot.messages import Incoming
from bot.outcomes import Outcome
from bot.store import Store, migrate
from bot.tables import OutboxMessage
from bot.talk import GuideStep, Talk
from bot.turn import Result, Turn
from tests.unit.desk import emergencies
from tests.unit.scene import NOW, office, parsed, payloads, turn, words

SUNDAY = NOW  # closed
MONDAY = NOW + timedelta(days=1)  # 9 in the morning
START = MONDAY.timestamp()
HOURS = WorkingTime.of(office(), Holidays(frozenset(), frozenset()))
_PEOPLE = count(1)


@dataclass
class Hall:
    """A database with an office, two officers, and a citizen of their own for each scene."""

    store: Store
    desk: Desk
    an: int
    binh: int
    account: int
    citizen: int = 0

    async def phase(self, now: float = START) -> Phase:
        async with self.store.read() as session:
            return (await standing(session, self.citizen, now))[1]

    async def ask(self, words: str = "", now: float = START, *, silent: bool = True) -> None:
        async with self.store.write() as session:
            await takeover.ask(session, self.desk.office_id, self.citizen, words, now, silent=silent)

    async def say(self, officer: int, words: str, now: float = START, seen: int = 0) -> None:
        async with self.store.write() as session:
            await takeover.say(session, self.desk.office_id, self.citizen, officer, words, seen, now)

    async def step_in(self, officer: int, instead_of: int = 0, now: float = START) -> None:
        async with self.store.write() as session:
            await takeover.step_in(session, self.desk.office_id, self.citizen, officer, instead_of, now)

    async def hand_back(self, officer: int, now: float = START) -> bool:
        async with self.store.write() as session:
            return await takeover.hand_back(session, self.desk.office_id, self.citizen, officer, now)

    async def heard(self, message: Incoming, now: float = START) -> Incoming | None:
        """What is left of a message for the bot."""
        async with self.store.write() as session:
            return await silence.heed(session, self.view(now), message, message.text, (), now)

    async def answered(self, message: Incoming, now: float = START) -> bool:
        """Whether the bot may answer a message."""
        async with self.store.write() as session:
            return await silence.broken(session, self.citizen, message, now)

    async def lines(self) -> list[tuple[str, str]]:
        async with self.store.read() as session:
            mine = select(TakeoverLine).join(Takeover).where(Takeover.conversation_id == self.citizen)
            return [(row.actor, row.words) for row in await session.scalars(mine.order_by(TakeoverLine.id))]

    async def read(self) -> list[str]:
        """What was sent to the citizen."""
        async with self.store.read() as session:
            mine = select(OutboxMessage.reply).filter_by(conversation_id=self.citizen).order_by(OutboxMessage.id)
            return [str(reply["text"]) for reply in await session.scalars(mine)]

    def view(self, now: float = START) -> View:
        async def fetch(photo: str) -> bytes:
            raise AssertionError(photo)

        return View(self.store, self.desk, self.citizen, "telegram", now, fetch, Photos(Path("/nowhere")))


@asynccontextmanager
async def open_hall(url: str) -> AsyncIterator[Hall]:
    store = Store(url)
    try:
        async with store.write() as session:
            account, office_id = await enter(session, "telegram", "default", "xa-vi-du")
            an, binh = [await _officer(session, office_id, login) for login in ("an", "binh")]
            citizen = await conversation(session, account, f"person-{next(_PEOPLE)}", START)
        yield Hall(store, Desk(office_id, HOURS, Categories(()), emergencies()), an, binh, account, citizen)
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


Scene = Callable[[Hall], Awaitable[None]]


@pytest.fixture(scope="module")
def in_hall(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Scene], None]:
    """Run a scene in the hall."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('takeover') / 'test.db'}"
    migrate(url)

    def run(scene: Scene) -> None:
        async def play() -> None:
            async with open_hall(url) as hall:
                await scene(hall)

        asyncio.run(play())

    return run


def text(said: str) -> Incoming:
    return Incoming(kind="text", text=said)


class TestSilence:
    def test_lasts_from_the_question_until_it_is_handed_back(self, in_hall: Callable[[Scene], None]) -> None:
        async def scene(hall: Hall) -> None:
            assert await hall.phase() is Phase.OVER
            await hall.ask()
            assert await hall.phase() is Phase.WAITING
            await hall.say(hall.an, "Chào bác")
            assert await hall.phase() is Phase.IN
            assert await hall.heard(text("chào cháu")) is None
            with pytest.raises(Occupied):
                await hall.hand_back(hall.binh)
            assert await hall.hand_back(hall.an)
            assert await hall.phase() is Phase.OVER
            assert not await hall.hand_back(hall.an)
            assert await hall.heard(text("chào cháu")) == text("chào cháu")

        in_hall(scene)

    @pytest.mark.parametrize(("after", "silent"), [(QUIET - 1, True), (QUIET, False)])
    def test_ends_after_twelve_hours_without_a_word(
        self, in_hall: Callable[[Scene], None], after: float, silent: bool
    ) -> None:
        async def scene(hall: Hall) -> None:
            await hall.ask("hỏi về đất")
            await hall.say(hall.an, "Dạ", START + 100)
            assert (await hall.phase(START + 100 + after)).silent is silent
            assert await hall.answered(text("còn đó không"), START + 100 + after) is not silent
            assert len(await hall.read()) == 1 + (not silent)

        in_hall(scene)

    def test_a_question_that_nobody_answered_waits_on_and_the_bot_speaks(
        self, in_hall: Callable[[Scene], None]
    ) -> None:
        async def scene(hall: Hall) -> None:
            await hall.step_in(hall.an)
            await hall.heard(text("hỏi về đất"))
            later = START + QUIET + 1
            assert await hall.phase(later) is Phase.LEFT
            assert await hall.answered(text("xin chào"), later)
            async with hall.store.read() as session:
                [row] = [
                    one
                    for one in (await listed(session, hall.desk.office_id, later)).waiting
                    if one.conversation_id == hall.citizen
                ]
            assert row.last is not None
            assert row.last.words == "hỏi về đất"
            assert row.officer == ""

        in_hall(scene)

    def test_that_the_bot_is_back_is_said_once(self, in_hall: Callable[[Scene], None]) -> None:
        async def scene(hall: Hall) -> None:
            await hall.step_in(hall.an)
            for _ in range(3):
                assert await hall.answered(text("xin chào"), START + QUIET)
            assert sum("máy trả lời tiếp" in said for said in await hall.read()) == 1

        in_hall(scene)

    @pytest.mark.parametrize("said", ["hủy", "HUY", "menu", "Danh mục", "nói tiếp với máy", "#tro-lai-may", "#menu"])
    def test_the_citizen_can_always_get_out(self, in_hall: Callable[[Scene], None], said: str) -> None:
        async def scene(hall: Hall) -> None:
            await hall.ask()
            given = await hall.heard(text(said))
            assert given is not None
            assert given.kind == "payload"
            assert given.payload in ("#tro-lai-may", "#menu")
            assert await hall.answered(given)
            assert not (await hall.phase()).silent

        in_hall(scene)

    def test_an_officer_who_comes_in_during_a_turn_keeps_the_bot_from_answering(
        self, in_hall: Callable[[Scene], None]
    ) -> None:
        async def scene(hall: Hall) -> None:
            assert await hall.heard(text("hỏi")) is not None
            await hall.step_in(hall.an)
            assert not await hall.answered(text("hỏi"))
            assert await hall.heard(text("hỏi")) is None

        in_hall(scene)

    def test_a_question_left_in_the_evening_does_not_silence_the_bot(self, in_hall: Callable[[Scene], None]) -> None:
        async def scene(hall: Hall) -> None:
            await hall.ask("hỏi về đất", silent=False)
            assert await hall.phase() is Phase.LEFT
            assert await hall.heard(text("xin chào")) is not None
            assert await hall.answered(text("xin chào"))
            assert await hall.phase(START + 30 * QUIET) is Phase.LEFT
            await hall.ask(silent=True)
            assert await hall.phase() is Phase.WAITING
            assert await hall.lines() == [("citizen", "hỏi về đất")]

        in_hall(scene)


class TestAnEmergency:
    """Somebody cries out while the bot is silent."""

    def test_gets_the_number_at_once_and_the_officer_the_words(self, in_hall: Callable[[Scene], None]) -> None:
        async def scene(hall: Hall) -> None:
            await hall.step_in(hall.an)
            assert await hall.heard(text("cháy nhà rồi cứu với")) is None
            assert "không tới ngay người cứu giúp" in (await hall.read())[-1]
            assert await hall.lines() == [("citizen", "cháy nhà rồi cứu với")]
            assert (await hall.phase()).silent

        in_hall(scene)

    @pytest.mark.parametrize("said", ["tháng trước nhà bị cháy, giờ làm lại sổ đỏ thế nào", "vâng cháu chờ"])
    def test_that_is_none_gets_nothing(self, in_hall: Callable[[Scene], None], said: str) -> None:
        async def scene(hall: Hall) -> None:
            await hall.step_in(hall.an)
            before = await hall.read()
            await hall.heard(text(said))
            assert await hall.read() == before

        in_hall(scene)


class TestTheList:
    """What officers see of the talks."""

    def test_whoever_waits_is_in_it_however_much_came_after(self, in_hall: Callable[[Scene], None]) -> None:
        async def scene(hall: Hall) -> None:
            waiting = hall.citizen
            await hall.ask("hỏi về đất", silent=False)
            async with hall.store.write() as session:
                for _ in range(230):  # an officer said the last word, and nobody closed it
                    person = await conversation(session, hall.account, f"person-{next(_PEOPLE)}", START)
                    await takeover.step_in(session, hall.desk.office_id, person, hall.an, 0, START + 60)
                    session.add(
                        TakeoverLine(
                            takeover_id=(await standing(session, person, START + 60))[0].id,  # type: ignore[union-attr]
                            at=START + 60,
                            actor="officer",
                            officer_id=hall.an,
                            words="Dạ",
                        )
                    )
            async with hall.store.read() as session:
                shown = await listed(session, hall.desk.office_id, START + 60 + QUIET)
            assert waiting in [row.conversation_id for row in shown.waiting]
            assert not [row for row in shown.going_on if row.conversation_id == person]
            assert person in [row.conversation_id for row in shown.over]
            assert len(shown.over) == 200

        in_hall(scene)


class TestOfficers:
    def test_of_two_at_once_one_is_in_and_the_other_is_told(self, in_hall: Callable[[Scene], None]) -> None:
        async def scene(hall: Hall) -> None:
            await hall.ask()
            done = await asyncio.gather(hall.step_in(hall.an), hall.step_in(hall.binh), return_exceptions=True)
            refused = [one for one in done if one is not None]
            assert len(refused) == 1
            assert isinstance(refused[0], Occupied)
            assert any(name in str(refused[0]) for name in ("An", "Binh"))

        in_hall(scene)

    def test_whom_they_saw_there_they_can_replace_but_nobody_else(self, in_hall: Callable[[Scene], None]) -> None:
        async def scene(hall: Hall) -> None:
            await hall.step_in(hall.an)
            with pytest.raises(Occupied):
                await hall.say(hall.binh, "Chào")
            await hall.step_in(hall.binh, instead_of=hall.an)
            with pytest.raises(Occupied):
                await hall.step_in(hall.an, instead_of=0)
            assert await hall.lines() == []

        in_hall(scene)

    def test_numbers_of_people_are_covered_in_what_is_kept_but_arrive(self, in_hall: Callable[[Scene], None]) -> None:
        async def scene(hall: Hall) -> None:
            await hall.say(hall.an, "Bác gọi 0912345678 nhé")
            assert await hall.lines() == [("officer", "Bác gọi [số điện thoại] nhé")]
            assert await hall.read() == ["Bác gọi 0912345678 nhé"]

        in_hall(scene)

    def test_a_group_or_another_offices_conversation_is_none_of_theirs(self, in_hall: Callable[[Scene], None]) -> None:
        async def scene(hall: Hall) -> None:
            async with hall.store.write() as session:
                _, other = await enter(session, "web", "other", "xa-khac")
                address = f"group-{next(_PEOPLE)}"
                group = await conversation(session, hall.account, address, START)
                session.add(
                    OfficerGroup(
                        office_id=hall.desk.office_id,
                        account_id=hall.account,
                        address=address,
                        bound_by=hall.an,
                        created_at=START,
                    )
                )
            async with hall.store.read() as session:
                for office_id, person in ((other, hall.citizen), (hall.desk.office_id, group), (other, 10**9)):
                    with pytest.raises(Unknown):
                        await talk_of(session, office_id, person, START)
                    with pytest.raises(Unknown):
                        await takeover.say(session, office_id, person, hall.an, "x", 0, START)
                    with pytest.raises(Unknown):
                        await takeover.step_in(session, office_id, person, hall.an, 0, START)
                    with pytest.raises(Unknown):
                        await takeover.hand_back(session, office_id, person, hall.an, START)
                assert await staffed(session, hall.desk.office_id)
                assert not await staffed(session, other)

        in_hall(scene)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["ask", "leave-question", "an", "binh", "an-in", "binh-in", "elsewhere", "cites", "out", "back"]
        ),
        st.sampled_from([0.0, 60.0, QUIET - 1, QUIET, 3 * QUIET]),
    ),
    max_size=14,
)


class TestAnyCourse:
    @settings(max_examples=25)
    @given(moves=MOVES)
    def test_every_word_goes_to_the_officer_or_to_the_bot_and_none_to_both(
        self, in_hall: Callable[[Scene], None], moves: list[tuple[str, float]]
    ) -> None:
        async def scene(hall: Hall) -> None:
            now, said = START, 0
            for move, passed in moves:
                now += passed
                before = await hall.phase(now)
                kept = len(await hall.lines())
                match move:
                    case "cites" | "out":
                        said += 1
                        message = text(f"câu {said}" if move == "cites" else "hủy")
                        given = await hall.heard(message, now)
                        assert (given is None) == (before.silent and move == "cites")
                        assert len(await hall.lines()) == kept + (given is None)
                        if given is not None:
                            assert await hall.answered(given, now)
                            assert not (await hall.phase(now)).silent
                    case "ask" | "leave-question" if not before.silent:  # the dialogue is asked
                        await hall.answered(text("gặp cán bộ"), now)
                        await hall.ask("hỏi", now, silent=move == "ask")
                        assert (await hall.phase(now)).silent == (move == "ask")
                    case "an" | "binh" | "an-in" | "binh-in":
                        await self.officer(hall, move, now, before)
                    case "elsewhere":
                        async with hall.store.write() as session:
                            await takeover.elsewhere(session, hall.desk.office_id, hall.citizen, "dạ", now)
                        assert await hall.phase(now) is Phase.IN
                    case "back":
                        try:
                            assert await hall.hand_back(hall.an, now) == (before is not Phase.OVER)
                            assert await hall.phase(now) is Phase.OVER
                        except Occupied:
                            assert before is Phase.IN
                async with hall.store.read() as session:
                    still = select(func.count()).select_from(Takeover)
                    still = still.filter_by(conversation_id=hall.citizen, ended_at=None)
                    assert (await session.scalar(still) or 0) <= 1

        in_hall(scene)

    async def officer(self, hall: Hall, move: str, now: float, before: Phase) -> None:
        who = hall.an if move.startswith("an") else hall.binh
        try:
            await (hall.step_in(who, 0, now) if move.endswith("-in") else hall.say(who, "dạ", now, 10**9))
        except Occupied:
            assert before is Phase.IN
        assert await hall.phase(now) is Phase.IN


def at_desk(then: datetime, people: bool = True, talk: Talk | None = None, said: str = "gặp cán bộ với ạ") -> Turn:
    """A turn whose office is staffed, or not."""

    async def staffed() -> bool:
        return people

    view = cast(Any, SimpleNamespace(staffed=staffed, desk=Desk(1, HOURS, Categories(()))))
    return replace(turn(text(said), talk, then), desk=view)


def at(handler: Callable[[Turn], Awaitable[Result | None]], of: Turn) -> Result:
    result = asyncio.run(_called(handler, of))
    assert result
    return result


async def _called(handler: Callable[[Turn], Awaitable[Result | None]], of: Turn) -> Result | None:
    return await handler(of)


class TestWhoeverWantsAPerson:
    def test_in_opening_hours_the_bot_steps_back(self) -> None:
        talk = Talk(guide=GuideStep(topic="khai-sinh-dung-han", way="quay", step=2), awaiting="vuong")
        result = at(handoff.call_officer, at_desk(MONDAY, talk=talk))
        assert result.deeds == (AskOfficer("", silent=True),)
        assert result.outcome is Outcome.HANDED_OVER
        assert result.talk == talk
        assert "Bà con nhắn luôn điều muốn hỏi" in words(result)
        assert payloads(result.replies) == ["#tro-lai-may"]

    def test_a_question_told_already_is_not_asked_for_again(self) -> None:
        said = "cho tôi gặp cán bộ để hỏi vụ đất nhà tôi bị lấn"
        result = at(handoff.call_officer_with_words, at_desk(MONDAY, said=said))
        assert result.deeds == (AskOfficer(said, silent=True),)
        assert "nhắn luôn điều muốn hỏi" not in words(result)

    def test_outside_opening_hours_they_hear_when_and_the_question_is_awaited(self) -> None:
        result = at(handoff.call_officer, at_desk(SUNDAY))
        assert "7 giờ 30 sáng mai, thứ Hai 23/11 cán bộ có mặt" in words(result)
        assert result.deeds == (AskOfficer("", silent=False),)
        asked = replace(
            at_desk(SUNDAY, talk=result.talk, said="làm khai sinh"), parse=parsed(("khai-sinh-dung-han", 0.9))
        )
        assert result.talk.awaiting in handoff.action.awaits
        kept = at(handoff.take_question, asked)
        assert kept.deeds == (AskOfficer("làm khai sinh", silent=False),)
        assert kept.talk.awaiting is None
        assert payloads(kept.replies) == ["#hoi khai-sinh-dung-han", "#menu"]

    def test_where_nobody_could_come_they_get_the_address(self) -> None:
        result = at(handoff.call_officer, at_desk(MONDAY, people=False))
        assert office().address in words(result)
        assert result.deeds == ()

    def test_a_photo_is_no_question(self) -> None:
        photo = replace(at_desk(SUNDAY), message=Incoming(kind="photo", photos=("x",)))
        assert asyncio.run(_called(handoff.take_question, photo)) is None


class TestTimesAsTheyAreSaid:
    @pytest.mark.parametrize(
        ("then", "said"),
        [
            ("2026-11-22T13:30", "1 giờ 30 chiều nay"),
            ("2026-11-23T07:30", "7 giờ 30 sáng mai, thứ Hai 23/11"),
            ("2026-11-24T07:00", "7 giờ sáng thứ Ba 24/11"),
            ("2026-11-29T12:05", "12 giờ 05 trưa Chủ nhật 29/11"),
            ("2026-11-28T19:00", "7 giờ tối thứ Bảy 28/11"),
        ],
    )
    def test_in_plain_words(self, then: str, said: str) -> None:
        assert spoken(datetime.fromisoformat(then).replace(tzinfo=NOW.tzinfo), NOW) == said


class TestZalosEvents:
    def event(self, name: str, sender: dict[str, str], **message: object) -> dict[str, object]:
        return {
            "event_name": name,
            "sender": {"id": "1", **sender},
            "recipient": {"id": "2"},
            "message": {"msg_id": "m1", **message},
        }

    def test_what_an_officer_wrote_by_hand_is_no_echo_of_ours(self) -> None:
        envelope = read_event(self.event("oa_send_text", {"admin_id": "9"}, text="Chào bác"))
        assert (envelope.address, envelope.by_officer, envelope.echo) == ("2", "Chào bác", None)
        assert read_event(self.event("oa_send_image", {"admin_id": "9"})).by_officer == "(gửi ảnh hoặc tệp)"

    def test_an_echo_of_ours_is_nobodys_words(self) -> None:
        envelope = read_event(self.event("oa_send_text", {}, text="Chào bác"))
        assert (envelope.by_officer, envelope.echo) == (None, "Chào bác")

    @pytest.mark.parametrize("name", ["oa_send_group_text", "oa_send_anonymous_text"])
    def test_words_to_a_group_or_to_nobody_known_take_over_nothing(self, name: str) -> None:
        assert read_event(self.event(name, {"admin_id": "9"}, text="Chào")).by_officer is None
