"""By pressing alone: every button leads on, every entry is reached, every answer says where it is from."""

import re
from collections import deque
from functools import lru_cache

import pytest

from bot.outcomes import Outcome
from bot.payloads import LONGEST, parse_payload
from bot.talk import Talk
from bot.turn import Result
from tests.unit.scene import AFTER_THE_NEW_LAW, NOW, STALE, Person, knowledge, payloads, words

NOT_FOR_CITIZENS = re.compile(r"[{}#]|\b(None|null|upload\w*|download\w*|click|submit|login|todo)\b", re.IGNORECASE)
DAYS = {"today": NOW, "after the new law": AFTER_THE_NEW_LAW}


@lru_cache(maxsize=2)
def walked(day: str) -> dict[str, Result]:
    """Every payload that can be reached from a first "hello" by pressing, and what it led to."""
    found: dict[str, Result] = {}
    waiting = deque([("#bat-dau", Talk(greeted=True))])
    while waiting:
        payload, talk = waiting.popleft()
        if payload in found:
            continue
        found[payload] = Person(talk, DAYS[day]).press(payload)
        waiting.extend((offered, found[payload].talk) for offered in payloads(found[payload].replies))
    return found


@pytest.mark.parametrize("day", DAYS)
def test_every_button_leads_to_a_handled_reply(day: str) -> None:
    for payload, result in walked(day).items():
        assert len(payload.encode()) <= LONGEST, payload
        assert parse_payload(payload), payload
        assert STALE not in words(result), payload
        assert result.outcome not in (Outcome.ERROR, Outcome.OUT_OF_SCOPE), payload
        assert result.replies, payload
        assert all(reply.text.strip() for reply in result.replies), payload


def test_every_entry_is_reached_from_the_menu() -> None:
    reached = {payload.split()[1] for payload in walked("today") if payload.startswith("#hoi ")}
    assert {entry.id for entry in knowledge()} - reached == set()


def test_every_step_of_every_entry_is_reached() -> None:
    for entry in knowledge():
        for way, steps in (("chung", entry.steps), ("mang", entry.steps_online), ("quay", entry.steps_in_person)):
            for step in range(1, len(steps) + 2 if steps else 1):
                result = walked("today")[f"#buoc {entry.id} {way} {step}"]
                assert step > len(steps) or result.replies[0].text == steps[step - 1]


@pytest.mark.parametrize("day", DAYS)
def test_every_answer_has_a_source_and_the_day_it_was_checked_or_says_it_is_out_of_date(day: str) -> None:
    for payload, result in walked(day).items():
        if not payload.startswith("#hoi "):
            continue
        entry, (reply,) = knowledge().get(result.answered_with or ""), result.replies
        assert entry, payload
        assert reply.source, payload
        assert reply.source.label == entry.source.title
        assert reply.heading.endswith(entry.title)
        if entry.current(DAYS[day].date()):
            assert result.outcome is Outcome.ANSWERED
            assert f"Thông tin kiểm tra ngày {entry.checked:%d/%m/%Y}" in reply.footnote, payload
            assert ("chưa chắc chắn" in reply.footnote) is (entry.confidence == "thấp"), payload
        else:
            assert result.outcome is Outcome.UNANSWERABLE
            assert "hiệu lực từ" in reply.text or "chỉ đúng đến hết ngày" in reply.text
            assert entry.short_answer not in words(result)


def test_nothing_that_is_said_is_machine_talk() -> None:
    ids = {entry.id for entry in knowledge() if "-" in entry.id}
    for payload, result in walked("today").items():
        for reply in result.replies:
            said = "\n".join([reply.heading, reply.text, reply.footnote, *(choice.label for choice in reply.choices)])
            assert not NOT_FOR_CITIZENS.search(said), (payload, NOT_FOR_CITIZENS.search(said))
            assert not ids & set(re.findall(r"[\w/.-]+", said)), payload


def test_no_reply_offers_the_same_thing_twice_or_itself() -> None:
    for payload, result in walked("today").items():
        offered = payloads(result.replies)
        assert len(offered) == len(set(offered)), payload
        assert payload not in offered or payload == "#menu", payload
