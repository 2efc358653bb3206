"""What holds on which day."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from bot.knowledge import Entry, in_force
from bot.knowledge_check import report
from tests.unit.scene import AFTER_THE_NEW_LAW, Person, knowledge, words

WAIVER_STARTS, WAIVER_ENDS = date(2026, 8, 15), date(2027, 2, 28)
DAY = timedelta(days=1)


def with_waiver() -> Iterator[Entry]:
    yield from (e for e in knowledge() if any(n.see == "mien-giam-phi-cong-dan-so-2026" for n in e.dated_notes))


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (None, None, True),
        (date(2026, 11, 22), None, True),
        (date(2026, 11, 23), None, False),
        (None, date(2026, 11, 22), True),
        (None, date(2026, 11, 21), False),
    ],
)
def test_both_days_of_a_span_are_inside(start: date | None, end: date | None, holds: bool) -> None:
    assert in_force(start, end, date(2026, 11, 22)) is holds


def test_the_fee_waiver_is_told_from_its_first_to_its_last_day_only() -> None:
    entries = list(with_waiver())
    assert len(entries) >= 10
    for entry in entries:
        for note in entry.dated_notes:
            if note.see != "mien-giam-phi-cong-dan-so-2026":
                continue
            told = [note in entry.notes(note.aspect, day) for day in (WAIVER_STARTS, WAIVER_ENDS)]
            silent = [note in entry.notes(note.aspect, day) for day in (WAIVER_STARTS - DAY, WAIVER_ENDS + DAY)]
            assert (told, silent) == ([True, True], [False, False]), entry.id


def test_a_dated_note_is_part_of_the_answer_while_it_holds() -> None:
    entry = next(with_waiver())
    note = next(note for note in entry.dated_notes if note.see)
    asked = f"#hoi {entry.id} {note.aspect}"
    assert note.text in words(Person().press(asked))
    assert note.text not in words(Person(now=AFTER_THE_NEW_LAW).press(asked))


def test_entries_on_the_old_civil_status_law_end_with_it() -> None:
    ending = [entry.id for entry in knowledge() if entry.valid_until == WAIVER_ENDS]
    assert {"khai-sinh-dung-han", "khai-tu", "ket-hon-trong-nuoc", "trich-luc-ban-sao-ho-tich"} <= set(ending)
    assert all(entry.current(WAIVER_ENDS) for entry in knowledge() if entry.id in ending)
    assert not any(entry.current(WAIVER_ENDS + DAY) for entry in knowledge() if entry.id in ending)


def test_everything_but_what_ended_is_current_today() -> None:
    assert [entry.id for entry in knowledge() if not entry.current(date(2026, 11, 22))] == []


def test_the_check_counts_and_lists() -> None:
    lines = list(report(knowledge(), date(2026, 11, 22)))
    assert lines[0] == "237 entries in 18 fields"
    assert lines[1].startswith("by field: ho-tich 24, ")
    assert lines[2].startswith("by kind: ")
    assert lines[3].startswith("by confidence: cao ")
    assert [line.split("\n")[0] for line in lines[5:]] == [
        "checked more than 180 days ago: 0",
        "not current today: 0",
        "ending within 60 days: 1",
        "dead links: 0",
    ]
    assert "giam-phi-thong-tu-64-2025" in lines[7]


def test_the_check_tells_what_grew_old_or_ended() -> None:
    lines = list(report(knowledge(), date(2027, 6, 1)))
    assert "checked more than 180 days ago: 237" in lines[5]
    assert "\n  khai-tu" in lines[6]
