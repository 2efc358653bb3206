"""A report that was sent: asked for by its own sender alone, confirmed, rated, reopened, taken back, added to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.desk.deeds import DropPhotos, KeepPhoto, Make
from bot.desk.life import REOPEN_WITHIN, Doing, Move, State
from bot.desk.view import Ticket
from bot.messages import Incoming
from bot.turn import Result
from tests.unit.desk import Citizen
from tests.unit.scene import NOW, Person, labels, payloads, words

CODE = "A3K-7TQ-9CE"
OTHERS = "G4R-6YH-3KT"
LOW = CODE.lower()
NOT_FOUND = "không tìm thấy phản ánh này trong cuộc trò chuyện của bà con"


def someone_with(state: State = State.NEW, mine: bool = True, **known: Any) -> Citizen:
    """Somebody who sent a report that stands there now."""
    person = Citizen()
    at = NOW.timestamp()
    ticket = Ticket(
        CODE, "den-duong", "đèn đường hỏng", "ngõ 5", state, at, at, at + 3 * 86400, "", "", None, mine, **known
    )
    person.shelf.now = at
    person.shelf.hold(ticket)
    return person


def made(result: Result) -> list[Doing]:
    return [deed.doing for deed in result.deeds if isinstance(deed, Make)]


class TestAsking:
    """How does it stand?"""

    @pytest.mark.parametrize("said", [CODE, "a3k7tq9ce", "A3K 7TQ 9CE", "mã a3k-7tq-9ce tới đâu rồi", "  a3k.7tq.9ce "])
    def test_its_code_in_any_spelling_is_enough(self, said: str) -> None:
        result = someone_with().say(said)
        assert f"Phản ánh {CODE}: Mới" in words(result)
        assert "Hạn trả lời: 9 giờ thứ Tư 25/11/2026" in words(result)

    @pytest.mark.parametrize("said", [OTHERS, "g4r6yh3kt"])
    def test_of_anothers_it_is_said_that_there_is_none(self, said: str) -> None:
        assert NOT_FOUND in words(someone_with().say(said))
        assert NOT_FOUND in words(someone_with().press(f"#phan-anh {OTHERS.lower()}"))

    def test_what_only_happens_to_read_like_a_code_is_free_text(self) -> None:
        result = someone_with().say("hat he hat he a", ("cam-on", 0.9))
        assert "không có gì" in words(result)

    @pytest.mark.parametrize("said", ["phản ánh của tôi", "Phan anh cua toi"])
    def test_all_of_ones_own_are_listed(self, said: str) -> None:
        result = someone_with().say(said)
        assert labels(result)[0] == f"{CODE}: Đèn đường hỏng, thiếu đèn – Mới"
        assert f"#phan-anh {LOW}" in payloads(result.replies)

    def test_asked_in_words_of_ones_own(self) -> None:
        result = someone_with().say("cái đèn tôi báo sửa chưa", ("tra-cuu-phan-anh", 0.9))
        assert f"#phan-anh {LOW}" in payloads(result.replies)

    def test_whoever_sent_none_is_told_so(self) -> None:
        assert "chưa gửi phản ánh nào" in words(Citizen().press("#cua-toi"))

    def test_the_officers_last_words_are_shown(self) -> None:
        assert "Cán bộ nhắn: Mai thợ tới." in words(someone_with(answer="Mai thợ tới.").say(CODE))

    def test_a_follower_sees_neither_the_senders_words_nor_their_buttons(self) -> None:
        result = someone_with(mine=False).say(CODE)
        assert "đèn đường hỏng" not in words(result)
        assert "ngõ 5" in words(result)
        assert payloads(result.replies) == ["#cua-toi"]

    def test_overdue_is_said_honestly(self) -> None:
        person = someone_with()
        person.wait(days=9)
        assert "quá hạn" in words(person.say(CODE))

    def test_in_the_terminal_there_are_none(self) -> None:
        assert "Zalo, Telegram" in words(Person().press("#cua-toi"))
        assert Person().say(CODE, ("cam-on", 0.9)).outcome.value == "small_talk"


class TestDone:
    """The office says that it is done."""

    def test_done_stars_and_a_comment(self) -> None:
        person = someone_with(State.DONE)
        result = person.press(f"#da-xong {LOW}")
        assert made(result) == [Doing(Move.CONFIRM, "citizen")]
        assert labels(result) == ["★★★★★", "★★★★", "★★★", "★★", "★"]
        assert made(person.press(f"#danh-gia {LOW} 4")) == [Doing(Move.RATE, "citizen", stars=4)]
        assert made(person.say("làm nhanh lắm", ("khai-tu", 0.1))) == [
            Doing(Move.RATE, "citizen", stars=4, words="làm nhanh lắm")
        ]
        assert person.talk.errand is None

    @pytest.mark.parametrize("stars", ["0", "6", "99", "x"])
    def test_no_other_number_of_stars(self, stars: str) -> None:
        assert made(someone_with(State.DONE).press(f"#danh-gia {LOW} {stars}")) == []

    def test_not_done_words_and_a_photo_reopen_it(self) -> None:
        person = someone_with(State.DONE)
        assert "còn gì chưa xong" in words(person.press(f"#chua-xong {LOW}"))
        assert "gửi thêm một tấm ảnh" in words(person.say("vẫn tối om", ("khai-tu", 0.1)))
        result = person.show_photo("dark")
        assert result.deeds == (
            KeepPhoto("dark.jpg", 1000),
            Make(CODE, Doing(Move.REOPEN, "citizen", words="vẫn tối om", photos=("dark.jpg",))),
        )
        assert person.talk.errand is None

    def test_the_photo_may_come_first(self) -> None:
        person = someone_with(State.DONE)
        person.press(f"#chua-xong {LOW}")
        person.show_photo("dark")
        assert made(person.say("vẫn tối om")) == [
            Doing(Move.REOPEN, "citizen", words="vẫn tối om", photos=("dark.jpg",))
        ]

    def test_it_may_go_without_a_photo(self) -> None:
        person = someone_with(State.DONE)
        person.press(f"#chua-xong {LOW}")
        person.say("vẫn tối om")
        assert made(person.press(f"#mo-lai {LOW}")) == [Doing(Move.REOPEN, "citizen", words="vẫn tối om")]
        assert made(person.press(f"#mo-lai {LOW}")) == [], "once"

    def test_a_photo_of_what_was_left_half_way_is_let_go(self) -> None:
        person = someone_with(State.DONE)
        person.press(f"#chua-xong {LOW}")
        person.show_photo("dark")
        assert person.press(f"#phan-anh {LOW}").deeds == (DropPhotos(("dark.jpg",)),)
        assert person.shelf.kept == []

    def test_after_a_fortnight_it_stays_closed_and_the_reason_is_given(self) -> None:
        person = someone_with(State.DONE)
        person.now += timedelta(seconds=REOPEN_WITHIN + 60)
        result = person.press(f"#chua-xong {LOW}")
        assert "quá 14 ngày" in words(result)
        assert made(result) == []


class TestOpen:
    """While it is being worked on."""

    def test_taking_it_back_is_asked_once_more(self) -> None:
        person = someone_with()
        assert made(person.press(f"#rut-lai {LOW}")) == []
        assert made(person.press(f"#rut-lai {LOW} chac")) == [Doing(Move.WITHDRAW, "citizen")]
        assert "Đã rút lại" in words(person.say(CODE))

    def test_taking_back_what_others_follow_says_that_it_goes_on_without_them(self) -> None:
        person = someone_with(shared=True)
        assert "cũng báo việc này" in words(person.press(f"#rut-lai {LOW}"))
        result = person.press(f"#rut-lai {LOW} chac")
        assert made(result) == [Doing(Move.WITHDRAW, "citizen")]
        assert "cán bộ vẫn xử lý" in words(result)
        assert "không xử lý nữa" not in words(result)

    def test_words_and_photos_are_added_one_after_the_other(self) -> None:
        person = someone_with()
        person.press(f"#bo-sung {LOW}")
        assert made(person.say("chỗ cột số 7", ("khai-tu", 0.5))) == [Doing(Move.ADD, "citizen", words="chỗ cột số 7")]
        assert made(person.show_photo("lamp")) == [
            Doing(Move.ADD, "citizen", words="Gửi thêm ảnh.", photos=("lamp.jpg",))
        ]
        assert made(person.show_photo("cccd")) == []

    @pytest.mark.parametrize("verb", ["da-xong", "chua-xong"])
    def test_what_is_not_done_cannot_be_confirmed_and_the_reason_is_given(self, verb: str) -> None:
        result = someone_with().press(f"#{verb} {LOW}")
        assert "đang ở tình trạng “Mới”" in words(result)
        assert made(result) == []

    @pytest.mark.parametrize("verb", ["rut-lai", "bo-sung"])
    def test_what_is_done_cannot_be_taken_back_or_added_to(self, verb: str) -> None:
        result = someone_with(State.DONE).press(f"#{verb} {LOW}")
        assert "Đã xong" in words(result)
        assert person_waits_for(result) is None


def adding() -> Citizen:
    person = someone_with()
    person.press(f"#bo-sung {LOW}")
    return person


def telling_what_is_left() -> Citizen:
    person = someone_with(State.DONE)
    person.press(f"#chua-xong {LOW}")
    return person


def rating() -> Citizen:
    person = someone_with(State.DONE)
    person.press(f"#danh-gia {LOW} 4")
    return person


EACH = pytest.mark.parametrize("begun", [adding, telling_what_is_left, rating])


class TestSomethingElseMeanwhile:
    """What is no answer is none, and is not put on the report."""

    @EACH
    def test_a_question_about_a_procedure_is_answered(self, begun: Callable[[], Citizen]) -> None:
        person = begun()
        result = person.say("khai tử cần giấy tờ gì", ("khai-tu", 0.95), aspect="documents")
        assert (result.answered_with, made(result)) == ("khai-tu", [])

    @pytest.mark.parametrize(("begun", "move"), [(adding, Move.ADD), (telling_what_is_left, Move.REOPEN)])
    def test_the_report_is_reminded_of_and_the_next_words_are_for_it(
        self, begun: Callable[[], Citizen], move: Move
    ) -> None:
        person = begun()
        assert CODE in words(person.say("khai tử cần giấy tờ gì", ("khai-tu", 0.95)))
        person.say("chỗ cột số 7 vẫn tối", ("khai-tu", 0.1))
        said = person.last if move is Move.ADD else person.show_photo("dark")
        assert said is not None
        assert [(doing.move, doing.words) for doing in made(said)] == [(move, "chỗ cột số 7 vẫn tối")]

    @EACH
    def test_a_wish_for_somebody_or_something_else_is_followed(self, begun: Callable[[], Citizen]) -> None:
        for said, intent in (("cho tôi gặp cán bộ", "gap-can-bo"), ("xã ở đâu", "thong-tin-don-vi")):
            result = begun().say(said, (intent, 0.9))
            assert made(result) == []
            assert CODE not in words(result)

    @EACH
    @pytest.mark.parametrize(
        ("said", "heard"),
        [("vẫn tối om chú ơi", ("bhxh-om-dau", 0.9)), ("gọi cán bộ tới xem giúp", ("gap-can-bo", 0.94))],
    )
    def test_words_of_their_own_are_theirs_whatever_they_are_understood_as(
        self, begun: Callable[[], Citizen], said: str, heard: tuple[str, float]
    ) -> None:
        person = begun()
        result = person.say(said, heard)
        assert result.answered_with is None
        assert said in str(result.deeds) + str(person.talk.errand)

    @EACH
    def test_after_a_quarter_of_an_hour_a_text_is_a_new_question(self, begun: Callable[[], Citizen]) -> None:
        person = begun()
        person.wait(minutes=16)
        for said in ("làm hộ chiếu cho cháu", "thế còn lệ phí"):
            assert made(person.say(said, ("khai-tu", 0.6))) == []

    @EACH
    def test_until_then_it_is_an_answer(self, begun: Callable[[], Citizen]) -> None:
        person = begun()
        person.wait(minutes=14)
        person.say("chỗ cột số 7", ("khai-tu", 0.6))
        assert made(person.last) or person.talk.errand  # type: ignore[arg-type]
        assert "cột số 7" in str(person.last.deeds) + str(person.talk.errand)  # type: ignore[union-attr]

    def test_a_photo_may_take_longer(self) -> None:
        person = adding()
        person.wait(hours=2)
        assert made(person.show_photo("lamp")) == [
            Doing(Move.ADD, "citizen", words="Gửi thêm ảnh.", photos=("lamp.jpg",))
        ]

    def test_what_was_said_half_way_can_still_be_sent_later(self) -> None:
        person = telling_what_is_left()
        person.say("vẫn tối om")
        person.wait(hours=2)
        person.say("khai tử cần giấy tờ gì", ("khai-tu", 0.95))
        assert made(person.press(f"#mo-lai {LOW}")) == [Doing(Move.REOPEN, "citizen", words="vẫn tối om")]

    @pytest.mark.parametrize("said", ["xong", "Không ạ", "hết rồi"])
    @pytest.mark.parametrize("begun", [adding, rating])
    def test_enough_is_no_word_for_the_officer(self, begun: Callable[[], Citizen], said: str) -> None:
        person = begun()
        assert made(person.say(said, ("khai-tu", 0.1))) == []
        assert person.talk.awaiting is None

    def test_without_a_photo_it_goes_without_one(self) -> None:
        person = telling_what_is_left()
        person.say("vẫn tối om")
        assert made(person.say("không có ảnh")) == [Doing(Move.REOPEN, "citizen", words="vẫn tối om")]


VERBS = ["da-xong {}", "danh-gia {} 5", "chua-xong {}", "mo-lai {}", "rut-lai {}", "rut-lai {} chac", "bo-sung {}"]


class TestAnothers:
    """Nobody moves a report that they did not send."""

    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("state", [State.NEW, State.DONE])
    def test_a_follower_can_only_look(self, verb: str, state: State) -> None:
        result = someone_with(state, mine=False).press("#" + verb.format(LOW))
        assert "Chỉ người gửi" in words(result)
        assert result.deeds == ()

    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("code", [OTHERS.lower(), "khong-phai-ma", "x"])
    def test_a_stranger_learns_nothing(self, verb: str, code: str) -> None:
        result = someone_with().press("#" + verb.format(code))
        assert NOT_FOUND in words(result)
        assert result.deeds == ()

    def test_an_answer_typed_after_it_was_taken_back_elsewhere_is_refused(self) -> None:
        person = someone_with()
        person.press(f"#bo-sung {LOW}")
        person.shelf.tickets_held.clear()
        assert NOT_FOUND in words(person.send(Incoming(kind="text", text="thêm nữa")))


def person_waits_for(result: Result) -> str | None:
    return result.talk.awaiting
