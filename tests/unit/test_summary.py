"""The figures of a summary, on lives that the desk itself wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from bot.desk.figures import period as periods
from bot.desk.figures.asked import StuckAt, Topic
from bot.desk.figures.period import Period
from bot.desk.figures.summary import Flow
from bot.desk.figures.summary_words import length, number, percent
from bot.desk.life import Move
from bot.desk.tables import OfficerGroup, Takeover
from bot.tables import ChannelAccount, Conversation, Difficulty, InboxEvent, Question
from tests.unit import stage
from tests.unit.stage import WEEK, Stage, Story, at

Play = Callable[[Story], None]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return partial(stage.play, tmp_path)


class TestThePeriod:
    @pytest.mark.parametrize(
        ("given", "first", "last"),
        [
            ({"ngay": "2026-11-22"}, "2026-11-22", "2026-11-22"),
            ({"tuan": "2026-11-22"}, "2026-11-16", "2026-11-22"),
            ({"tuan": "2026-W47"}, "2026-11-16", "2026-11-22"),
            ({"tu": "2026-10-01", "den": "2026-10-31"}, "2026-10-01", "2026-10-31"),
            ({"tu": "2020-01-01", "den": "2026-10-31"}, "2020-01-01", "2020-12-31"),
            ({}, "2026-11-23", "2026-11-29"),
            ({"ngay": "hôm qua"}, "2026-11-23", "2026-11-29"),
            ({"ngay": "2026-02-30"}, "2026-11-23", "2026-11-29"),
            ({"ngay": "9999-12-31"}, "2026-11-23", "2026-11-29"),
            ({"tuan": "2026-W60"}, "2026-11-23", "2026-11-29"),
            ({"tu": "2026-11-05", "den": "2026-11-01"}, "2026-11-23", "2026-11-29"),
        ],
    )
    def test_is_read_from_an_address(self, given: dict[str, str], first: str, last: str) -> None:
        found = Period.of(given, date(2026, 11, 25))
        assert (found.first, found.last) == (date.fromisoformat(first), date.fromisoformat(last))

    @pytest.mark.parametrize(
        "one", [Period.day(date(2026, 11, 22)), WEEK, Period(date(2026, 10, 1), date(2026, 10, 9))]
    )
    def test_is_the_same_when_its_address_is_read_again(self, one: Period) -> None:
        assert Period.of(one.as_query(), date(2026, 1, 1)) == one
        assert one.before.after == one
        assert one.before.end == one.start

    def test_begins_and_ends_at_midnight_in_viet_nam(self) -> None:
        assert WEEK.start == at("2026-11-16T00:00")
        assert WEEK.end == at("2026-11-23T00:00")

    def test_has_a_name(self) -> None:
        assert WEEK.name == "Tuần từ 16/11/2026 đến 22/11/2026"
        assert Period.day(date(2026, 11, 22)).name == "Ngày 22/11/2026 (Chủ nhật)"
        assert periods.LONGEST == 366


class TestReportsAreCounted:
    def test_in_the_period_they_belong_to(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await stage.came("2026-11-15T23:59")
            await stage.came("2026-11-16T00:00")
            await stage.came("2026-11-22T23:59")
            await stage.came("2026-11-23T00:00")
            assert (await stage.figures()).total.new == 2

        play(story)

    def test_by_office(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await stage.came("2026-11-17T09:00", office=1)
            assert (await stage.figures()).total == Flow("", 0, 0, 0, 0, 0)
            assert (await stage.figures(office=1)).total.new == 1

        play(story)

    def test_as_done_closed_open_and_overdue(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await stage.finished(await stage.came("2026-11-16T09:00"), "2026-11-17T09:00")
            closed = await stage.came("2026-11-16T10:00", "mat-dien")
            await stage.moved(closed, "2026-11-16T10:01", Move.REFUSE, words="Của điện lực", responsible="Điện lực")
            await stage.moved(await stage.came("2026-11-20T16:00"), "2026-11-20T16:02", Move.CLAIM)  # 3 days: in time
            await stage.came("2026-11-20T16:30")  # nobody acknowledged it within 5 minutes
            figures = await stage.figures()
            assert figures.total == Flow("", new=4, done=1, closed=1, open=2, overdue=1)
            assert figures.categories == (
                Flow("den-duong", new=3, done=1, closed=0, open=2, overdue=1),
                Flow("mat-dien", new=1, done=0, closed=1, open=0, overdue=0),
            )

        play(story)

    def test_as_they_stood_at_the_end_of_the_period(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            code = await stage.came("2026-11-17T09:00")
            await stage.finished(code, "2026-11-24T09:00")
            assert (await stage.figures()).total == Flow("", 1, 0, 0, open=1, overdue=1)
            assert (await stage.figures(WEEK.after)).total == Flow("", 0, 1, 0, 0, 0)
            assert (await stage.figures(now="2026-11-17T09:02")).total == Flow("", 1, 0, 0, open=1, overdue=0)

        play(story)

    def test_as_not_open_between_being_done_and_being_reopened(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            code = await stage.came("2026-11-16T09:00")
            await stage.finished(code, "2026-11-17T09:00")
            await stage.moved(code, "2026-11-24T09:00", Move.REOPEN, words="Vẫn tối")
            assert (await stage.figures()).total == Flow("", 1, 1, 0, 0, 0)
            later = await stage.figures(WEEK.after)
            assert later.total.open == 1
            assert later.reopened == 1

        play(story)

    def test_with_the_deadline_that_held_before_they_were_reopened(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            code = await stage.came("2026-11-05T09:00")  # 3 working days: until 10/11
            await stage.moved(code, "2026-11-05T09:01", Move.CLAIM)
            await stage.finished(code, "2026-11-17T09:00")
            await stage.moved(code, "2026-11-18T09:00", Move.REOPEN, words="Vẫn tối")
            await stage.moved(code, "2026-11-18T09:01", Move.CLAIM)
            assert (await stage.figures(Period.day(date(2026, 11, 9)))).total.overdue == 0
            assert (await stage.figures(Period.day(date(2026, 11, 10)))).total.overdue == 1
            assert (await stage.figures(Period.day(date(2026, 11, 18)))).total.overdue == 0

        play(story)

    def test_once_when_done_twice(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            code = await stage.came("2026-11-16T09:00")
            await stage.finished(code, "2026-11-17T09:00")
            await stage.moved(code, "2026-11-17T10:00", Move.REOPEN, words="Vẫn tối")
            await stage.finished(code, "2026-11-18T09:00")
            figures = await stage.figures()
            assert (figures.total.done, figures.reopened) == (1, 1)

        play(story)

    def test_by_hamlet_when_one_is_named(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await stage.came("2026-11-16T09:00")
            assert (await stage.figures()).places == ()
            await stage.came("2026-11-16T09:00", place="ngõ 5, thôn Đông")
            await stage.came("2026-11-16T09:00", place="dau thon dong")
            names = [(flow.name, flow.new) for flow in (await stage.figures()).places]
            assert names == [("Thôn Đông", 2), ("", 1)]

        play(story)

    def test_by_the_stars_that_were_given_last(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            for stars in ((1, 5), (4,)):
                code = await stage.came("2026-11-16T09:00")
                await stage.finished(code, "2026-11-17T09:00")
                for one in stars:
                    await stage.moved(code, "2026-11-17T10:00", Move.RATE, stars=one)
            figures = await stage.figures()
            assert figures.stars == {5: 1, 4: 1}
            assert figures.mean_stars == 4.5

        play(story)


class TestWaiting:
    def test_is_told_by_median_and_ninetieth_percentile(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            for minutes in range(1, 11):
                code = await stage.came("2026-11-16T09:00")
                await stage.moved(code, f"2026-11-16T09:{minutes:02}", Move.CLAIM)
            wait = (await stage.figures()).acknowledged
            assert (wait.counted, wait.median, wait.p90) == (10, 330.0, 540.0)
            assert (wait.in_time, wait.late, wait.pending, wait.share) == (5, 5, 0, 0.5)

        play(story)

    def test_counts_the_first_words_not_the_first_move(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            code = await stage.came("2026-11-16T09:00")
            await stage.moved(code, "2026-11-16T09:03", Move.CLAIM)
            await stage.moved(code, "2026-11-16T09:04", Move.NOTE, words="Hỏi thợ điện")
            await stage.moved(code, "2026-11-16T11:00", Move.ANSWER, words="Mai có thợ")
            figures = await stage.figures()
            assert figures.acknowledged.median == 180.0
            assert figures.answered.median == 7200.0

        play(story)

    def test_counts_no_words_of_officers_to_each_other_and_no_filing(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            code = await stage.came("2026-11-16T09:00")
            await stage.moved(code, "2026-11-16T09:01", Move.FILE, category="mat-dien")
            assert (await stage.figures()).acknowledged.counted == 0
            await stage.moved(code, "2026-11-16T09:03", Move.ASSIGN, owner=stage.officers[0], words="cẩn thận")
            figures = await stage.figures()
            assert figures.acknowledged.median == 180.0
            assert figures.answered.counted == 0

        play(story)

    def test_keeps_the_first_time_of_a_report_that_was_reopened(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            code = await stage.came("2026-11-16T09:00")
            await stage.moved(code, "2026-11-16T09:03", Move.CLAIM)
            await stage.finished(code, "2026-11-17T09:00")
            await stage.moved(code, "2026-11-18T10:00", Move.REOPEN, words="Vẫn tối")
            wait = (await stage.figures()).acknowledged
            assert (wait.median, wait.in_time) == (180.0, 1)

        play(story)

    def test_that_goes_on_is_late_or_pending_by_its_deadline(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await stage.came("2026-11-16T09:00")
            soon = (await stage.figures(now="2026-11-16T09:03")).acknowledged
            assert (soon.counted, soon.median, soon.late, soon.pending) == (0, None, 0, 1)
            late = (await stage.figures(now="2026-11-16T09:06")).acknowledged
            assert (late.late, late.pending, late.share) == (1, 0, 0.0)

        play(story)

    def test_that_the_citizen_ended_counts_for_nobody(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            code = await stage.came("2026-11-16T09:00")
            await stage.moved(code, "2026-11-16T09:02", Move.WITHDRAW)
            wait = (await stage.figures()).answered
            assert (wait.counted, wait.late, wait.pending, wait.share) == (0, 0, 0, None)

        play(story)


class TestWhatWasAsked:
    def test_is_counted_by_topic_and_outcome_step_reason_and_channel(self, play: Play) -> None:
        async def story(stage: Stage) -> None:
            await _talked(stage)
            asked = (await stage.figures()).asked
            assert asked.outcomes == {"answered": 2, "unanswerable": 1, "small_talk": 1}
            assert (asked.questions, asked.unanswered) == (4, 1)
            assert asked.topics == (Topic("khai-sinh", 3, answered=2, clarified=0, unanswered=1),)
            assert asked.stuck == (StuckAt("khai-sinh", "mang", 2, 2),)
            assert asked.takeovers == {"asked": 1}
            assert asked.messages == {"telegram": 4}
            nothing = (await stage.figures(office=1)).asked
            assert (nothing.questions, nothing.stuck, nothing.takeovers, nothing.messages) == (0, (), {}, {})

        play(story)


async def _talked(stage: Stage) -> None:
    """Four messages of a citizen, two of officers in their group, one that the platform sent by itself."""
    office, when = stage.desks[0].office_id, at("2026-11-18T09:00")
    async with stage.store.write() as session:
        account = ChannelAccount(channel="telegram", name="a", office_id=office)
        session.add(account)
        await session.flush()
        person = Conversation(account_id=account.id, address="7", created_at=when)
        group = Conversation(account_id=account.id, address="-100", created_at=when)
        session.add_all([person, group])
        await session.flush()
        bound = OfficerGroup(
            office_id=office, account_id=account.id, address="-100", bound_by=stage.officers[0], created_at=when
        )
        session.add(bound)
        kinds = [(person.id, "done", one) for one in ("answered", "answered", "unanswerable", "small_talk")]
        kinds += [(group.id, "done", "officer"), (group.id, "waiting", None), (person.id, "ignored", None)]
        for index, (conversation, state, outcome) in enumerate(kinds):
            event = InboxEvent(
                account_id=account.id,
                conversation_id=conversation,
                event_key=str(index),
                state=state,
                outcome=outcome,
                next_try_at=when,
                received_at=when,
            )
            session.add(event)
            await session.flush()
            if outcome in ("answered", "unanswerable", "small_talk"):
                topic = "chao-hoi" if outcome == "small_talk" else "khai-sinh"
                question = Question(
                    office_id=office,
                    event_id=event.id,
                    asked_at=when,
                    text="?",
                    topic=topic,
                    confidence=0.9,
                    aspect="fee",
                    outcome=outcome,
                )
                session.add(question)
            if outcome == "answered":
                stuck = {"topic": "khai-sinh", "way": "mang", "step": 2, "text": "?"}
                session.add(Difficulty(office_id=office, event_id=event.id, noted_at=when, **stuck))
        talk = Takeover(conversation_id=person.id, office_id=office, why="asked", started_at=when, quiet_since=when)
        session.add(talk)


class TestFiguresAreSaid:
    @pytest.mark.parametrize(
        ("seconds", "said"),
        [
            (None, "–"),
            (10, "dưới 1 phút"),
            (90, "2 phút"),
            (3600, "1 giờ"),
            (3700, "1 giờ 2 phút"),
            (86400 * 2 + 3 * 3600 + 60, "2 ngày 3 giờ"),
            (86400 + 300, "1 ngày 5 phút"),
        ],
    )
    def test_as_lengths_of_time(self, seconds: float | None, said: str) -> None:
        assert length(seconds) == said

    @pytest.mark.parametrize(
        ("share", "said"), [(None, "–"), (0, "0%"), (1, "100%"), (0.5, "50%"), (0.999, "99%"), (0.001, "1%")]
    )
    def test_as_parts_of_a_hundred(self, share: float | None, said: str) -> None:
        assert percent(share) == said

    def test_with_a_comma(self) -> None:
        assert number(4.26) == "4,3"
        assert number(None) == "–"
