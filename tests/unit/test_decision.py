"""From a parse to what should happen."""

import pytest

from bot.decision import DIALOGUE_SURE, FLOOR, SURE, Decision, decide
from nlu.parse import Parse
from tests.unit.scene import knowledge, parsed

BIRTH, LATE, SINGLE = "khai-sinh-dung-han", "khai-sinh-qua-han", "khai-sinh-con-me-don-than"
DEATH, LOST = "khai-tu", "dvcqg-tra-cuu-ho-so"


def decided(parse: Parse, in_hand: str | None = None) -> Decision:
    return decide(parse, knowledge(), in_hand)


def test_a_sure_topic_is_answered() -> None:
    assert decided(parsed((DEATH, SURE), (BIRTH, 0.1))) == Decision("answer", (DEATH,))


def test_a_sure_sibling_is_answered_itself() -> None:
    assert decided(parsed((LATE, SURE), (BIRTH, 0.3))) == Decision("answer", (LATE,))


def test_a_sure_family_is_answered_by_its_main_entry() -> None:
    parse = parsed((LATE, 0.4), (SINGLE, 0.35), (DEATH, 0.2))
    assert decided(parse) == Decision("answer", (BIRTH,))


def test_guesses_of_other_families_do_not_add_up() -> None:
    assert decided(parsed((LATE, 0.4), (DEATH, 0.4))) == Decision("clarify", (LATE, DEATH))


def test_a_topic_between_the_thresholds_is_asked_back_with_three_choices_at_most() -> None:
    parse = parsed((DEATH, 0.3), (BIRTH, 0.2), (LOST, 0.1), ("ket-hon-trong-nuoc", 0.1))
    assert decided(parse) == Decision("clarify", (DEATH, BIRTH, LOST))


def test_a_choice_is_never_a_dialogue_intent() -> None:
    parse = parsed((DEATH, 0.3), ("cam-on", 0.2), ("hoi-tiep", 0.1), ("ngoai-pham-vi", 0.1), (BIRTH, 0.05))
    assert decided(parse) == Decision("clarify", (DEATH, BIRTH))


@pytest.mark.parametrize(("confidence", "kind"), [(FLOOR, "clarify"), (FLOOR - 0.01, "unanswerable")])
def test_below_the_floor_nothing_is_offered(confidence: float, kind: str) -> None:
    assert decided(parsed((DEATH, confidence))).kind == kind


@pytest.mark.parametrize("confidence", [0.01, FLOOR, DIALOGUE_SURE, 1.0])
def test_out_of_scope_is_never_answered(confidence: float) -> None:
    assert decided(parsed(("ngoai-pham-vi", confidence), (DEATH, 0.3)), DEATH) == Decision("out_of_scope")


def test_a_sure_dialogue_intent_is_named() -> None:
    assert decided(parsed(("cam-on", DIALOGUE_SURE))) == Decision("intent", intent="cam-on")


def test_an_unsure_dialogue_intent_is_not_acted_on() -> None:
    assert decided(parsed(("huy", DIALOGUE_SURE - 0.01))).kind == "unanswerable"


def test_a_question_without_a_topic_is_about_the_topic_in_hand() -> None:
    assert decided(parsed(("hoi-tiep", 0.8), (BIRTH, 0.1)), DEATH) == Decision("answer", (DEATH,))


def test_a_question_without_a_topic_and_none_in_hand_is_asked_back() -> None:
    assert decided(parsed(("hoi-tiep", 0.5), (BIRTH, 0.3)), None) == Decision("clarify", (BIRTH,))
    assert decided(parsed(("hoi-tiep", 0.9), (BIRTH, 0.01)), None) == Decision("unanswerable")


def test_a_topic_in_hand_that_is_no_longer_known_counts_as_none() -> None:
    assert decided(parsed(("hoi-tiep", 0.9)), "thu-tuc-da-bo") == Decision("unanswerable")


def test_a_named_topic_wins_over_the_topic_in_hand() -> None:
    assert decided(parsed((BIRTH, 0.9)), DEATH) == Decision("answer", (BIRTH,))


@pytest.mark.parametrize(
    "guesses",
    [
        (("hoi-tiep", 0.96), ("loi-ho-so-qua-han", 0.02), (LATE, 0.004)),
        (("hoi-tiep", 0.30), (LATE, 0.60)),
    ],
)
def test_a_follow_up_with_a_circumstance_moves_to_the_sibling(guesses: tuple[tuple[str, float], ...]) -> None:
    assert decided(parsed(*guesses), BIRTH) == Decision("answer", (LATE,))


def test_a_bare_follow_up_stays_with_the_topic_in_hand() -> None:
    assert decided(parsed(("hoi-tiep", 0.99), (LATE, 0.0005)), BIRTH) == Decision("answer", (BIRTH,))


def test_a_new_topic_replaces_the_one_in_hand() -> None:
    assert decided(parsed((DEATH, 0.95), ("hoi-tiep", 0.04), (LATE, 0.01)), BIRTH) == Decision("answer", (DEATH,))
