"""Working time and deadlines on the real calendar: Tết, long weekends, a Saturday worked, the lunch break."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.calendar import ZONE, Holidays, Span, WorkingTime, load_holidays
from bot.knowledge import KnowledgeError
from bot.offices import load_offices
from bot.settings import ROOT


@cache
def holidays() -> Holidays:
    return load_holidays(ROOT / "data" / "reports" / "holidays.yml")


@cache
def hours() -> WorkingTime:
    return WorkingTime.of(load_offices(ROOT / "data" / "offices")["xa-vi-du"], holidays())


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE)


class TestTheHolidaysThatAreShipped:
    def test_each_year_has_what_the_law_gives(self) -> None:
        for year in (2026, 2027):
            off = {day for day in holidays().off if day.year == year}
            fixed = {date(year, 1, 1), date(year, 4, 30), date(year, 5, 1), date(year, 9, 2), date(year, 11, 24)}
            assert fixed <= off
            # New Year 1, Tết 5, Giỗ Tổ 1, 30/4, 1/5, Quốc khánh 2, 24/11: on weekdays, in lieu ones included.
            swapped = sum(1 for day in holidays().worked if day.year == year)
            assert sum(1 for day in off if day.weekday() < 5) == 12 + swapped

    def test_a_day_worked_in_exchange_is_a_saturday_or_a_sunday(self) -> None:
        assert all(day.weekday() >= 5 for day in holidays().worked)
        assert not holidays().worked & holidays().off

    def test_a_year_that_is_not_there_is_noticed(self) -> None:
        assert holidays().cover(2027)
        assert not holidays().cover(2031)

    @pytest.mark.parametrize("content", ["off: 5", "worked: []", "off: [{day: hôm nay, name: x}]", "off: [2026-01-01]"])
    def test_a_bad_file_is_told_by_its_name(self, tmp_path: Path, content: str) -> None:
        file = tmp_path / "holidays.yml"
        file.write_text(content, encoding="utf-8")
        with pytest.raises(KnowledgeError, match=r"holidays\.yml"):
            load_holidays(file)


class TestWhenSomebodyIsThere:
    def test_nobody_from_friday_to_monday_over_tet(self) -> None:
        assert not hours().is_open(at("2026-02-17T09:00"))
        assert hours().next_opening(at("2026-02-13T17:30")) == at("2026-02-23T07:30")

    def test_a_saturday_worked_has_mondays_hours(self) -> None:
        assert hours().is_open(at("2026-08-22T08:00"))
        assert not hours().is_open(at("2026-08-22T12:00"))
        assert not hours().is_open(at("2026-08-29T08:00"))
        assert not hours().is_open(at("2026-08-31T08:00"))

    def test_the_end_of_the_day_is_no_working_time_any_more(self) -> None:
        assert hours().is_open(at("2026-11-23T16:59"))
        assert not hours().is_open(at("2026-11-23T17:00"))

    def test_the_day_of_culture_is_off_since_2026(self) -> None:
        assert not hours().working(date(2026, 11, 24))
        assert hours().working(date(2026, 11, 25))


class TestAcknowledgeBy:
    def test_within_opening_hours_it_is_five_minutes(self) -> None:
        assert hours().acknowledge_by(at("2026-11-23T09:10")) == at("2026-11-23T09:15")

    def test_in_the_lunch_break_it_counts_from_the_afternoon(self) -> None:
        assert hours().acknowledge_by(at("2026-11-23T12:10")) == at("2026-11-23T13:35")

    def test_on_the_eve_of_a_holiday_it_counts_from_the_next_working_day(self) -> None:
        assert hours().acknowledge_by(at("2026-11-23T21:00")) == at("2026-11-25T07:35")


class TestAnswerBy:
    def test_a_weekend_does_not_count(self) -> None:
        assert hours().answer_by(at("2026-11-13T10:00"), 5) == at("2026-11-20T17:00")

    def test_30_april_and_1_may_do_not_count_nor_the_weekend_behind_them(self) -> None:
        assert hours().answer_by(at("2026-04-29T10:00"), 1) == at("2026-05-04T17:00")

    def test_the_holiday_on_a_sunday_is_made_up_for_on_monday(self) -> None:
        assert hours().answer_by(at("2026-04-24T10:00"), 1) == at("2026-04-28T17:00")

    def test_tet_does_not_count(self) -> None:
        assert hours().answer_by(at("2026-02-12T10:00"), 5) == at("2026-02-26T17:00")

    def test_a_saturday_worked_counts(self) -> None:
        assert hours().answer_by(at("2026-08-20T10:00"), 2) == at("2026-08-22T17:00")

    def test_what_comes_on_a_sunday_counts_from_monday_on(self) -> None:
        assert hours().answer_by(at("2026-11-15T10:00"), 1) == at("2026-11-16T17:00")

    @given(
        st.datetimes(datetime(2025, 12, 1), datetime(2027, 12, 1)).map(lambda when: when.replace(tzinfo=ZONE)),
        st.integers(1, 60),
    )
    def test_exactly_so_many_working_days_lie_between(self, came: datetime, days: int) -> None:
        by = hours().answer_by(came, days)
        between = (came.date() + timedelta(days=after) for after in range(1, (by.date() - came.date()).days + 1))
        assert sum(hours().working(day) for day in between) == days
        assert hours().working(by.date())
        assert by > came


class TestAnyWeek:
    """Whatever an office's hours and the holidays are, there is an answer."""

    def test_a_saturday_worked_by_who_is_closed_on_mondays_has_tuesdays_hours(self) -> None:
        spans = (Span(1, time(8), time(12)), Span(3, time(13), time(16)))
        closed_on_mondays = WorkingTime(spans, frozenset(), frozenset({date(2026, 8, 22)}))
        assert closed_on_mondays.answer_by(at("2026-08-20T10:00"), 1) == at("2026-08-22T12:00")
        assert closed_on_mondays.next_opening(at("2026-08-21T10:00")) == at("2026-08-22T08:00")

    @given(
        st.lists(st.tuples(st.integers(0, 6), st.integers(0, 11), st.integers(12, 23))),
        st.frozensets(st.dates(date(2026, 1, 1), date(2026, 1, 31))),
        st.frozensets(st.dates(date(2026, 1, 1), date(2026, 1, 31))),
        st.integers(0, 20),
    )
    def test_deadlines_come_and_come_later(
        self, opens: list[tuple[int, int, int]], off: frozenset[date], worked: frozenset[date], days: int
    ) -> None:
        spans = tuple(Span(day, time(start), time(end)) for day, start, end in opens)
        week, came = WorkingTime(spans, off, worked), at("2026-01-05T10:00")
        assert week.acknowledge_by(came) > came
        assert week.answer_by(came, days).date() >= came.date() + timedelta(days=days)

    def test_where_nobody_ever_works_days_are_days(self) -> None:
        never = WorkingTime((), frozenset())
        assert never.answer_by(at("2026-01-05T10:00"), 3) == at("2026-01-09T00:00")
