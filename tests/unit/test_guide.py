"""One step at a time: on, back, stop, stuck, done, and back again after days."""

import pytest

from bot.messages import Incoming
from bot.outcomes import Outcome
from bot.talk import GuideStep, Talk
from bot.turn import Stuck
from tests.unit.scene import AFTER_THE_NEW_LAW, STALE, Person, knowledge, labels, payloads, words

BIRTH = "khai-sinh-dung-han"  # 6 steps over the internet, 4 at the counter


def at(step: int, topic: str = BIRTH, way: str = "mang") -> GuideStep:
    return GuideStep.model_validate({"topic": topic, "way": way, "step": step})


def someone_at(step: int) -> Person:
    person = Person()
    person.press(f"#buoc {BIRTH} mang {step}")
    return person


def step_text(step: int) -> str:
    entry = knowledge().get(BIRTH)
    assert entry
    return entry.steps_online[step - 1]


def test_two_ways_are_asked_for_first() -> None:
    result = Person().press(f"#lam {BIRTH}")
    assert payloads(result.replies) == [f"#buoc {BIRTH} mang 1", f"#buoc {BIRTH} quay 1"]
    assert labels(result) == ["Làm qua mạng", "Đến nộp trực tiếp"]
    assert result.talk.guide is None


def test_an_entry_with_one_way_starts_at_once() -> None:
    one_way = next(e for e in knowledge() if sum(map(bool, (e.steps, e.steps_online, e.steps_in_person))) == 1)
    result = Person().press(f"#lam {one_way.id}")
    assert result.talk.guide
    assert (result.talk.guide.topic, result.talk.guide.step) == (one_way.id, 1)
    assert "bước 1/" in result.replies[0].heading


def test_the_chosen_way_is_picked_by_number() -> None:
    person = Person()
    person.press(f"#lam {BIRTH}")
    assert "đến nộp trực tiếp) – bước 1/4" in words(person.say("2"))


def test_each_step_says_where_one_is_and_replaces_the_one_before() -> None:
    reply = someone_at(1).press(f"#buoc {BIRTH} mang 2").replies[0]
    assert reply.heading.endswith("(làm qua mạng) – bước 2/6")
    assert reply.text == step_text(2)
    assert reply.in_place


def test_the_first_step_has_no_way_back() -> None:
    assert labels(someone_at(1).last) == ["Xong bước này ➜", "Tôi bị vướng", "Dừng"]  # type: ignore[arg-type]
    assert "Quay lại" in labels(someone_at(2).last)  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", ["tiếp", "tiep", "Tiếp!", "xong", "xong r", "ok", "đồng ý", "bước tiếp theo"])
def test_words_move_on(typed: str) -> None:
    assert someone_at(2).say(typed).talk.guide == at(3)


def test_a_yes_moves_on() -> None:
    assert someone_at(2).say("xong rồi ạ", ("dong-y", 0.9)).talk.guide == at(3)


@pytest.mark.parametrize("typed", ["quay lại", "quay lai", "Bước trước"])
def test_words_move_back_and_stay_at_the_first(typed: str) -> None:
    person = someone_at(2)
    assert person.say(typed).talk.guide == at(1)
    assert person.say(typed).talk.guide == at(1)


@pytest.mark.parametrize("typed", ["dừng", "dung", "Dừng lại", "#dung"])
def test_words_stop_and_keep_the_place(typed: str) -> None:
    result = someone_at(3).say(typed)
    assert result.talk.guide == at(3)
    assert labels(result)[0] == "Làm tiếp bước 3"


@pytest.mark.parametrize("typed", ["đúng", "Đúng", "đừng"])
def test_words_that_only_look_like_stop_without_diacritics_do_not_stop(typed: str) -> None:
    assert someone_at(3).say(typed, ("dong-y", 0.9)).talk.guide == at(4)


@pytest.mark.parametrize("typed", ["tiếp", "quay lại", "dừng", "tiếp tục"])
def test_words_of_a_guide_are_free_text_without_one(typed: str) -> None:
    assert "không có gì" in words(Person().say(typed, ("cam-on", 0.9)))


def test_the_end_tells_the_result_and_closes_the_guide() -> None:
    person = someone_at(6)
    assert labels(person.last)[0] == "Đã làm xong ✓"  # type: ignore[arg-type]
    result = person.say("xong")
    assert "Kết quả nhận được: Giấy khai sinh" in words(result)
    assert result.talk.guide is None
    assert "#hoi dvcqg-tra-cuu-ho-so" in payloads(result.replies)


def test_a_guide_waits_while_something_else_is_asked_and_for_days() -> None:
    person = someone_at(4)
    person.say("mất căn cước", ("mat-hong-the-cap-lai-can-cuoc", 0.9))
    person.wait(days=5)
    assert person.say("chào", ("chao-hoi", 0.9)).replies[0].choices[0].payload == f"#buoc {BIRTH} mang 4"
    result = person.say("tiếp tục")
    assert result.talk.guide == at(4)
    assert result.replies[0].text == step_text(4)


def test_a_guide_whose_law_ended_meanwhile_says_so() -> None:
    person = someone_at(4)
    person.now = AFTER_THE_NEW_LAW
    for said in (person.say("tiếp"), person.press(f"#buoc {BIRTH} mang 4"), person.press(f"#lam {BIRTH}")):
        assert "chỉ đúng đến hết ngày 28/02/2027" in words(said)
        assert said.outcome is Outcome.UNANSWERABLE


def test_a_guide_of_a_dropped_procedure_is_let_go() -> None:
    person = Person(Talk(greeted=True, guide=at(2, topic="thu-tuc-da-bo")))
    assert "không có gì" in words(person.say("tiếp", ("cam-on", 0.9)))
    assert STALE in words(person.press("#buoc thu-tuc-da-bo mang 2"))
    assert "Làm tiếp" not in " ".join(labels(person.press("#menu")))


def test_never_mind_stops_but_keeps_the_place() -> None:
    person = someone_at(3)
    person.press(f"#buoc {BIRTH} mang 3")
    result = person.say("thôi không làm nữa", ("huy", 0.9))
    assert result.talk.guide == at(3)
    assert "tiếp tục" in words(result)


def test_never_mind_said_again_puts_the_guide_away() -> None:
    person = someone_at(3)
    person.say("thôi không làm nữa", ("huy", 0.9))
    assert person.say("thôi hẳn", ("huy", 0.9)).talk.guide is None


def test_a_yes_to_something_else_does_not_move_the_guide_on() -> None:
    person = someone_at(3)
    person.press("#don-vi")
    assert person.say("vâng", ("dong-y", 0.9)).talk.guide == at(3)


class TestStuck:
    """ "Tôi bị vướng"."""

    def asked(self) -> Person:
        person = someone_at(3)
        assert "vướng ở chỗ nào" in words(person.press(f"#vuong {BIRTH} mang 3"))
        return person

    def test_the_next_message_is_kept_with_topic_and_step(self) -> None:
        result = self.asked().say("máy báo lỗi", ("khai-tu", 0.9))
        assert result.stuck == Stuck(at(3), "máy báo lỗi")
        assert result.outcome is Outcome.GUIDED
        assert result.talk.awaiting is None

    def test_numbers_of_people_in_it_are_masked(self) -> None:
        result = self.asked().say("nhập số 001234567890 thì máy báo lỗi", ("khai-tu", 0.9))
        assert result.stuck
        assert result.stuck.text == "nhập số [số giấy tờ] thì máy báo lỗi"

    def test_it_is_kept_when_understanding_is_out_of_order(self) -> None:
        assert self.asked().say("máy báo lỗi").stuck == Stuck(at(3), "máy báo lỗi")

    def test_what_helps_a_person_and_the_way_on_are_offered(self) -> None:
        trouble = next(entry.id for entry in knowledge() if entry.kind == "trouble")
        offered = payloads(self.asked().say("bị trừ tiền", (trouble, 0.4), ("khai-tu", 0.3)).replies)
        assert offered[0] == f"#hoi {trouble}"
        assert offered[-2:] == ["#can-bo", f"#buoc {BIRTH} mang 3"]
        assert "#hoi khai-tu" not in offered

    @pytest.mark.parametrize("typed", ["menu", "tiếp", "#menu", "dừng"])
    def test_going_elsewhere_ends_the_wait(self, typed: str) -> None:
        person = self.asked()
        assert person.say(typed).talk.awaiting is None
        assert person.say("giấy khai tử", ("khai-tu", 0.9)).stuck is None

    def test_never_mind_is_no_difficulty(self) -> None:
        result = self.asked().say("thôi", ("huy", 0.9))
        assert result.stuck is None
        assert result.talk.awaiting is None

    def test_a_photo_is_asked_for_in_words_and_the_wait_goes_on(self) -> None:
        person = self.asked()
        person.send(Incoming(kind="photo"))
        assert person.say("máy báo lỗi").stuck
