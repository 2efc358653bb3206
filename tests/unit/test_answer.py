"""Answers: the part that was asked for, honest about its limits."""

from typing import get_args

import pytest

from bot.knowledge import Aspect, Entry
from bot.outcomes import Outcome
from bot.talk import GuideStep, Talk
from tests.unit.scene import AFTER_THE_NEW_LAW, STALE, Person, knowledge, labels, office, payloads, words

BIRTH = "khai-sinh-dung-han"


def entry(topic: str = BIRTH) -> Entry:
    found = knowledge().get(topic)
    assert found
    return found


def test_a_question_is_answered_with_the_short_answer_first() -> None:
    result = Person().say("lam khai sinh", (BIRTH, 0.95))
    assert result.outcome is Outcome.ANSWERED
    assert result.answered_with == BIRTH
    assert result.replies[0].text == entry().short_answer


@pytest.mark.parametrize(
    ("aspect", "told"),
    [
        ("documents", entry().documents.nop[0]),
        ("documents", entry().documents.xuat_trinh[0]),
        ("steps", entry().steps_in_person[0]),
        ("online", entry().steps_online[0]),
        ("fee", entry().fee),
        ("time", entry().time_limit),
        ("where", entry().where),
        ("where", office().address),
        ("who", entry().who),
        ("result", entry().result),
        ("legal", entry().changed[0]),
        ("trouble", entry().warnings[0]),
    ],
)
def test_the_part_that_was_asked_for_is_told(aspect: str, told: str) -> None:
    result = Person().say("hỏi", (BIRTH, 0.95), aspect=aspect)
    assert told in result.replies[0].text
    assert result.replies[0].heading.endswith(f": {entry().title}")


@pytest.mark.parametrize("aspect", get_args(Aspect))
def test_a_part_that_an_entry_lacks_falls_back_on_the_short_answer(aspect: str) -> None:
    for known in knowledge():
        text = Person().press(f"#hoi {known.id} {aspect}").replies[0].text
        assert text.strip(), known.id
        assert "chưa có thông tin riêng" not in text or known.short_answer in text


def test_an_unsure_aspect_means_the_short_answer() -> None:
    assert Person().press(f"#hoi {BIRTH}").replies[0].text == entry().short_answer


def test_a_part_asked_next_is_about_the_topic_in_hand() -> None:
    person = Person()
    person.say("làm khai sinh", (BIRTH, 0.95))
    result = person.say("bao nhiêu tiền", ("hoi-tiep", 0.9), aspect="fee")
    assert result.answered_with == BIRTH
    assert entry().fee in words(result)


def test_an_entry_of_low_confidence_says_so() -> None:
    unsure = [known.id for known in knowledge() if known.confidence == "thấp"]
    assert unsure
    for topic in unsure:
        assert "máy chưa chắc chắn" in words(Person().press(f"#hoi {topic}"))


def test_an_entry_with_an_end_tells_it() -> None:
    assert "Đúng đến hết ngày 28/02/2027" in words(Person().press(f"#hoi {BIRTH}"))


def test_an_entry_that_ended_is_not_served_as_current() -> None:
    result = Person(now=AFTER_THE_NEW_LAW).say("làm khai sinh", (BIRTH, 0.95), aspect="documents")
    assert result.outcome is Outcome.UNANSWERABLE
    assert "chỉ đúng đến hết ngày 28/02/2027" in words(result)
    assert entry().short_answer not in words(result)
    assert payloads(result.replies) == ["#don-vi", "#can-bo"]


def test_a_guide_left_half_way_is_offered_under_an_answer() -> None:
    person = Person(Talk(greeted=True, guide=GuideStep(topic=BIRTH, way="mang", step=3)))
    result = person.press("#hoi khai-tu")
    assert f"#buoc {BIRTH} mang 3" in payloads(result.replies)
    assert "Làm tiếp bước 3 đang dở" in labels(result)


def test_the_main_entry_offers_its_siblings() -> None:
    offered = payloads(Person().press(f"#hoi {BIRTH}").replies)
    assert {"#hoi khai-sinh-qua-han", "#hoi khai-sinh-con-me-don-than"} <= set(offered)


def test_an_unsure_family_is_answered_by_its_main_entry() -> None:
    result = Person().say("ks", ("khai-sinh-qua-han", 0.45), (BIRTH, 0.35))
    assert result.answered_with == BIRTH


def test_an_unsure_question_is_asked_back_and_the_choice_keeps_the_aspect() -> None:
    person = Person()
    result = person.say("giấy gì", ("khai-tu", 0.3), (BIRTH, 0.25), aspect="documents")
    assert result.outcome is Outcome.CLARIFIED
    assert payloads(result.replies) == ["#hoi khai-tu documents", f"#hoi {BIRTH} documents", "#menu"]
    assert entry().documents.nop[0] in words(person.say("2"))


@pytest.mark.parametrize("typed", ["#hoi khong-co", "#hoi khai-tu gia", "#hoi", "#hoi a b c"])
def test_an_entry_or_part_that_is_not_there_is_said_to_be_gone(typed: str) -> None:
    assert STALE in words(Person().say(typed))
