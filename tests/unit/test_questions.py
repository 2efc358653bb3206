"""Finding the questions in a message, and answering more than one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decision import Decision, decide, decide_with_parts
from bot.dialogue import handle
from bot.messages import Incoming
from bot.questions import questions_in
from bot.turn import Result
from nlu.parse import Parse
from tests.unit.scene import actions, at_once, knowledge, parsed, turn

BIRTH, LATE, CHILD, LICENCE = (
    "khai-sinh-dung-han",
    "khai-sinh-qua-han",
    "dang-ky-thuong-tru-cho-tre",
    "doi-giay-phep-lai-xe",
)


class TestFinding:
    @pytest.mark.parametrize(
        ("text", "questions"),
        [
            ("làm khai sinh cần giấy gì?", ["làm khai sinh cần giấy gì"]),
            ("Vợ tôi mới sinh. Làm khai sinh ở đâu, mất bao lâu?", ["Làm khai sinh ở đâu", "mất bao lâu"]),
            ("doi bang lai o dau va het bao nhieu tien", ["doi bang lai o dau", "het bao nhieu tien"]),
            ("con toi 3 tuoi, chua co khai sinh, lam the nao", ["con toi 3 tuoi, chua co khai sinh, lam the nao"]),
            (
                "Mất căn cước thì làm lại ở đâu? Sang tên xe cần gì?",
                ["Mất căn cước thì làm lại ở đâu", "Sang tên xe cần gì"],
            ),
        ],
    )
    def test_each_question_is_found_with_what_leads_to_it(self, text: str, questions: list[str]) -> None:
        assert questions_in(text) == questions

    @pytest.mark.parametrize("text", ["đăng ký tạm trú", "Tôi không đồng ý, tôi rất bực mình với xã", "", "???", "ừ"])
    def test_where_nothing_is_asked_there_is_none(self, text: str) -> None:
        assert questions_in(text) == []

    @given(st.text())
    def test_any_text_is_taken_and_no_question_is_made_up(self, text: str) -> None:
        words = text.split()
        for question in questions_in(text):
            assert all(any(word in said for said in words) for word in question.replace(",", " ").split())


def decided(whole: Parse, *parts: Parse) -> Decision:
    return decide_with_parts(decide(whole, knowledge(), None), whole, parts, knowledge())


class TestDeciding:
    def test_two_different_things_are_both_answered_each_with_its_part(self) -> None:
        whole = parsed((LICENCE, 0.8), (BIRTH, 0.15))
        asked = decided(whole, parsed((BIRTH, 0.9), aspect="documents"), parsed((LICENCE, 0.9), aspect="fee"))
        assert asked == Decision("answer", (BIRTH, LICENCE), aspects=(("documents",), ("fee",)))

    def test_a_question_that_names_nothing_goes_with_the_one_before(self) -> None:
        whole = parsed((LICENCE, 0.8), (BIRTH, 0.15))
        follow_up = parsed(("hoi-tiep", 0.9), aspect="time")
        asked = decided(whole, parsed((BIRTH, 0.9), aspect="where"), follow_up, parsed((LICENCE, 0.9), aspect="fee"))
        assert asked.aspects == (("where", "time"), ("fee",))

    def test_two_parts_of_one_thing_are_both_told(self) -> None:
        asked = decided(
            parsed((BIRTH, 0.9)), parsed((BIRTH, 0.9), aspect="fee"), parsed(("hoi-tiep", 0.9), aspect="time")
        )
        assert asked == Decision("answer", (BIRTH,), aspects=(("fee", "time"),))

    def test_an_unsure_second_part_is_left_out(self) -> None:
        unsure = parsed(("hoi-tiep", 0.9), aspect="time", sure=0.4)
        assert decided(parsed((BIRTH, 0.9)), parsed((BIRTH, 0.9), aspect="fee"), unsure).aspects == ()

    def test_what_the_whole_message_does_not_hint_at_is_no_second_question(self) -> None:
        asked = decided(parsed((BIRTH, 0.95)), parsed((BIRTH, 0.9)), parsed((LICENCE, 0.9)))
        assert asked.topics == (BIRTH,)

    def test_siblings_are_one_thing(self) -> None:
        whole = parsed((BIRTH, 0.8), (LATE, 0.2))
        assert decided(whole, parsed((BIRTH, 0.9)), parsed((LATE, 0.9))).topics == (BIRTH,)

    def test_a_question_that_is_clear_by_itself_is_offered_first(self) -> None:
        whole = parsed((CHILD, 0.3), (BIRTH, 0.2))
        assert decided(whole, parsed((LICENCE, 0.9)), parsed(("hoi-tiep", 0.9))) == Decision(
            "clarify", (LICENCE, CHILD, BIRTH)
        )


class HearsInParts:
    """An understanding that hears the whole message as one parse and each of its questions as another."""

    def __init__(self, whole: Parse, *parts: Parse) -> None:
        self._heard = iter((whole, *parts))

    async def parse(self, _text: str) -> Parse:
        return next(self._heard)


class TestAnswering:
    def said(self, text: str, whole: Parse, *parts: Parse) -> Result:
        asked = turn(Incoming(kind="text", text=text))
        return at_once(handle(asked, actions(), HearsInParts(whole, *parts))).result  # type: ignore[arg-type]

    def test_two_things_are_two_messages_with_one_menu_at_the_end(self) -> None:
        result = self.said(
            "khai sinh cần giấy gì, đổi bằng lái hết bao nhiêu tiền",
            parsed((LICENCE, 0.8), (BIRTH, 0.15)),
            parsed((BIRTH, 0.9), aspect="documents"),
            parsed((LICENCE, 0.9), aspect="fee"),
        )
        first, second = result.replies
        assert first.heading.startswith("Giấy tờ cần có:")
        assert not first.choices
        assert second.heading.startswith("Lệ phí:")
        assert second.choices[0].payload == f"#hoi {BIRTH}"
        assert all(reply.source for reply in result.replies)

    def test_two_parts_of_one_thing_are_one_message(self) -> None:
        result = self.said(
            "khai sinh cần giấy gì, mấy ngày có",
            parsed((BIRTH, 0.9)),
            parsed((BIRTH, 0.9), aspect="documents"),
            parsed(("hoi-tiep", 0.9), aspect="time"),
        )
        (reply,) = result.replies
        entry = knowledge().get(BIRTH)
        assert entry
        assert reply.heading.startswith("Giấy tờ cần có:")
        assert entry.time_limit in reply.text
