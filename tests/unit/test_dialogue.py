"""What a message is: pressed, a number, a phrase, an answer to a question of ours, free text, or nothing readable."""

import pytest

from bot.dialogue import NOTICE, handle
from bot.messages import Incoming
from bot.outcomes import Outcome
from bot.talk import Talk
from tests.unit.scene import STALE, Hears, Person, actions, at_once, labels, parsed, payloads, turn, words

BIRTH = "khai-sinh-dung-han"


def test_the_first_reply_alone_says_what_is_kept() -> None:
    person = Person(Talk())
    assert words(person.say("chào", ("chao-hoi", 0.99))).endswith(NOTICE)
    assert NOTICE not in words(person.press("#menu"))


@pytest.mark.parametrize(
    "message",
    [
        Incoming(kind="photo"),
        Incoming(kind="payload", payload="#bat-dau"),
        Incoming(kind="text", text="0912345678"),
        Incoming(kind="text", text="chưa hiểu"),
    ],
)
def test_whatever_comes_first_gets_the_notice_once(message: Incoming) -> None:
    person = Person(Talk())
    assert words(person.send(message)).count(NOTICE) == 1
    assert NOTICE not in words(person.send(message))


@pytest.mark.parametrize(
    ("intent", "outcome", "told"),
    [
        ("chao-hoi", Outcome.SMALL_TALK, "xã Ví Dụ"),
        ("menu", Outcome.SMALL_TALK, "việc gì"),
        ("cam-on", Outcome.SMALL_TALK, "không có gì"),
        ("tam-biet", Outcome.SMALL_TALK, "mạnh khỏe"),
        ("dong-y", Outcome.SMALL_TALK, "Dạ vâng"),
        ("tu-choi", Outcome.SMALL_TALK, "chưa đúng ý"),
        ("huy", Outcome.SMALL_TALK, "đã dừng"),
        ("gap-can-bo", Outcome.HANDED_OVER, "Thứ Hai"),
        ("thong-tin-don-vi", Outcome.ANSWERED, "Số 1, đường Trung tâm"),
        ("gui-phan-anh", Outcome.REPORT, "Trung tâm Phục vụ hành chính công xã Ví Dụ"),
        ("tra-cuu-phan-anh", Outcome.REPORT, "Trung tâm Phục vụ hành chính công xã Ví Dụ"),
        ("nghi-lua-dao", Outcome.ANSWERED, "Nguồn:"),
        ("ngoai-pham-vi", Outcome.OUT_OF_SCOPE, "không giúp được"),
    ],
)
def test_each_dialogue_intent_has_its_reply(intent: str, outcome: Outcome, told: str) -> None:
    result = Person().say("một câu", (intent, 0.95))
    assert result.outcome is outcome
    assert told in words(result)


def test_a_question_that_is_not_understood_gets_the_menu_and_a_person() -> None:
    result = Person().say("abc xyz", ("khai-tu", 0.05))
    assert result.outcome is Outcome.UNANSWERABLE
    assert {"#menu", "#can-bo"} <= set(payloads(result.replies))


@pytest.mark.parametrize("typed", ["2", " 2 ", "2.", "2)"])
def test_a_typed_number_picks_that_choice(typed: str) -> None:
    person = Person()
    second = payloads(person.press("#menu").replies)[1]
    field = second.split()[1]
    assert person.say(typed) == Person(person.talk).press(f"#linh-vuc {field}")


@pytest.mark.parametrize("typed", ["0", "99", "100", "2 con", "-1", "hai", "²", "1.5"])
def test_any_other_number_is_free_text(typed: str) -> None:
    person = Person()
    person.press("#menu")
    assert person.say(typed, ("cam-on", 0.9)).outcome is Outcome.SMALL_TALK
    assert "không có gì" in words(person.say(typed, ("cam-on", 0.9)))


def test_a_number_without_choices_is_free_text() -> None:
    assert "không có gì" in words(Person().say("2", ("cam-on", 0.9)))


@pytest.mark.parametrize(
    "typed",
    ["#xoa tat-ca", "#buoc", "#buoc khai-tu", "#buoc khai-tu mang", "#buoc khai-tu mang 0", "#buoc khai-tu mang 99",
     "#buoc khai-tu bay 1", "#buoc khai-tu mang ba", "#buoc khong-co mang 1", "#lam", "#lam khong-co", "#menu them",
     "#vuong khai-tu mang 99", "#linh-vuc", "#linh-vuc khong-co", "#linh-vuc ho-tich 0", "#linh-vuc ho-tich 99",
     "#linh-vuc ho-tich hai", "#dung", "#can-bo a", "#huy a b c", "#buoc khai-tu mang 99999999999999999999"],
)  # fmt: skip
def test_a_payload_typed_by_hand_that_leads_nowhere_is_harmless(typed: str) -> None:
    result = Person().say(typed)
    assert STALE in words(result)
    assert len(result.replies[0].choices) == 18
    assert (result.talk.guide, result.talk.topic) == (None, None)


def test_a_button_with_a_payload_of_another_time_is_said_to_be_gone() -> None:
    assert STALE in words(Person().press("HOI|khai-tu"))


def test_a_start_link_opens_its_topic_and_greets_when_there_is_none() -> None:
    assert Person().press("#bat-dau khai-tu").answered_with == "khai-tu"
    assert "Chào bà con" in words(Person().press("#bat-dau khong-co"))


@pytest.mark.parametrize("said", ["0912345678", "cccd 001234567890", "số 0912 345 678 ạ", "271234567"])
def test_a_personal_number_alone_is_refused(said: str) -> None:
    heard = Hears(parsed((BIRTH, 0.9)))
    result = at_once(handle(turn(Incoming(kind="text", text=said)), actions(), heard)).result
    assert result.outcome is Outcome.REFUSED_PERSONAL_DATA
    assert heard.texts == []


def test_a_question_with_a_personal_number_is_answered_masked_and_reminded() -> None:
    heard = Hears(parsed((BIRTH, 0.9)))
    said = turn(Incoming(kind="text", text="con tôi số 001234567890 làm khai sinh cần gì"))
    result = at_once(handle(said, actions(), heard)).result
    assert heard.texts == ["con tôi số [số giấy tờ] làm khai sinh cần gì"]
    assert result.answered_with == BIRTH
    assert "không cần gửi số giấy tờ" in words(result)


@pytest.mark.parametrize("kind", ["photo", "voice", "location", "other"])
def test_what_is_not_text_is_answered_with_a_way_on(kind: str) -> None:
    result = Person().send(Incoming.model_validate({"kind": kind}))
    assert "chỉ đọc được chữ" in words(result)
    assert result.outcome is Outcome.UNANSWERABLE
    assert "#menu" in payloads(result.replies)


def test_out_of_order_the_bot_says_sorry_and_offers_the_menu() -> None:
    result = Person().say("làm khai sinh cần gì")
    assert result.outcome is Outcome.ERROR
    assert "trục trặc" in words(result)
    assert "#menu" in payloads(result.replies)


def test_out_of_order_buttons_numbers_phrases_and_guides_still_work() -> None:
    person = Person()
    assert person.say("menu").outcome is Outcome.SMALL_TALK
    assert person.say("1").replies[0].heading == "Khai sinh, kết hôn, khai tử"
    assert person.press(f"#buoc {BIRTH} mang 1").outcome is Outcome.GUIDED
    assert "bước 2/6" in words(person.say("tiếp"))


def test_never_mind_drops_the_topic_in_hand() -> None:
    person = Person()
    person.press(f"#hoi {BIRTH}")
    assert person.say("thôi", ("huy", 0.9)).talk.topic is None


def test_menu_pages_show_eight_and_go_on_and_back() -> None:
    first = Person().press("#linh-vuc tai-khoan")
    assert len(labels(first)) == 10
    assert payloads(first.replies)[-2:] == ["#linh-vuc tai-khoan 2", "#menu"]
    assert not set(payloads(first.replies)[:8]) & set(payloads(Person().press("#linh-vuc tai-khoan 2").replies))
