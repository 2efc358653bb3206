"""Telegram by webhook: what a citizen asks and sees, and what the address accepts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.clock import Clock
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Shown
from tests.integration.deployment import ODD, ODD_TEXT, Deployment
from tests.integration.telegram import SECRET, on_telegram, pushing, someone

HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
PASSWORD = "quên mật khẩu vneid"  # a question that the model is sure about
BIRTH = "khai-sinh-dung-han"
_NUMBERS = count(20_000_000)  # of updates that the double does not make


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeTelegram:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeTelegram) -> Iterator[Deployment]:
    with on_telegram(folder, fake) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def client(motcua: Deployment) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=motcua.url, trust_env=False, verify=False) as client:
        yield client


def post(client: httpx.Client, update: object, headers: dict[str, str] | None = None) -> httpx.Response:
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    return client.post("/webhooks/telegram", content=body, headers=HEADER if headers is None else headers)


def opened_guide(fake: FakeTelegram, motcua: Deployment) -> tuple[Any, Shown]:
    """A person whose guide shows step 1."""
    person = someone(fake)
    person.says(f"/start {BIRTH}")
    person.wait_for(1)
    person.taps("Làm từng bước")
    person.wait_for(2)
    person.taps("Đến nộp trực tiếp")
    return person, person.wait_for(lambda shown: "bước 1/" in shown.text)


# ── what a citizen sees ───────────────────────────────────────────────


def test_a_question_gets_the_answer_with_buttons_source_and_day_of_check(
    fake: FakeTelegram, motcua: Deployment
) -> None:
    person = someone(fake)
    person.says(PASSWORD)
    shown = person.wait_for(1)
    entry = motcua.service.knowledge.get("vneid-quen-mat-khau")
    assert entry
    assert shown.text.startswith(f"{entry.title}\n\n{entry.short_answer}")
    assert f"Nguồn: {entry.source.title}" in shown.text
    assert f"Thông tin kiểm tra ngày {entry.checked:%d/%m/%Y}." in shown.text
    assert "Làm từng bước" in shown.buttons
    [message] = [message for message in fake.messages.values() if message.chat is person]
    assert (("link", entry.source.url) if entry.source.url else None) in {
        (style, detail) for style, _, _, detail in message.shown.styles
    }


def test_a_question_without_diacritics_gets_the_same_topic(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.says("lam khai sinh can giay to gi")
    assert "Đăng ký khai sinh" in person.wait_for(1).text


def test_a_tap_answers_the_callback_and_shows_the_part(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.says(f"/start {BIRTH}")
    person.wait_for(1)
    person.taps("Lệ phí")
    entry = motcua.service.knowledge.get(BIRTH)
    assert entry
    assert entry.fee in person.wait_for(2).text
    motcua.wait_until(lambda: person.answers_to_taps() == [""])


def test_the_notice_about_what_is_kept_is_said_once(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.says("/menu")
    assert "máy trả lời tự động" in person.wait_for(1).text
    person.says("/menu")
    assert "máy trả lời tự động" not in person.wait_for(2).text


def test_guide_steps_edit_one_message_in_place(fake: FakeTelegram, motcua: Deployment) -> None:
    person, first = opened_guide(fake, motcua)
    for step in (2, 3):
        person.taps("Xong bước này ➜")
        shown = person.wait_for(lambda shown, step=step: f"bước {step}/" in shown.text)
        assert shown.message_id == first.message_id
    person.taps("Quay lại")
    assert person.wait_for(lambda shown: "bước 2/" in shown.text).message_id == first.message_id
    assert len(person.inbox) == 2


def test_a_guide_ends_in_the_same_message(fake: FakeTelegram, motcua: Deployment) -> None:
    person, first = opened_guide(fake, motcua)
    entry = motcua.service.knowledge.get(BIRTH)
    assert entry
    last = len(entry.steps_in_person)
    for step in range(2, last + 1):
        person.taps("Xong bước này ➜")
        person.wait_for(lambda shown, step=step: f"bước {step}/" in shown.text)
    person.taps("Đã làm xong ✓")
    assert person.wait_for(lambda shown: "hết các bước" in shown.text).message_id == first.message_id


def test_a_question_between_two_steps_gives_a_new_message_and_keeps_the_place(
    fake: FakeTelegram, motcua: Deployment
) -> None:
    person, first = opened_guide(fake, motcua)
    person.says(PASSWORD)
    answer = person.wait_for(3)
    assert answer.message_id != first.message_id
    assert any("đang dở" in title for title in answer.buttons)
    person.says("tiếp")
    step = person.wait_for(4)
    assert "bước 2/" in step.text
    assert step.message_id not in (first.message_id, answer.message_id)


def test_a_step_pressed_twice_changes_nothing_and_sends_nothing(fake: FakeTelegram, motcua: Deployment) -> None:
    person, _ = opened_guide(fake, motcua)
    pressed = person.taps("Xong bước này ➜")
    person.wait_for(lambda shown: "bước 2/" in shown.text)
    again = deepcopy(pressed)
    again["update_id"] += 1_000_000
    fake.deliver(again)
    motcua.settle()
    assert len(person.inbox) == 2
    assert motcua.replies(person.id)[-1]["state"] == "sent"


def test_a_step_of_a_message_that_is_gone_comes_as_a_new_message(fake: FakeTelegram, motcua: Deployment) -> None:
    person, first = opened_guide(fake, motcua)
    with fake.changed:
        kept = fake.messages.pop(first.message_id)
    tap = {
        "id": fake.open_tap(person.id),
        "from": person.as_user(),
        "message": kept.as_json(fake.bot),
        "chat_instance": "1",
        "data": f"#buoc {BIRTH} quay 3",
    }
    fake.emit("callback_query", tap)
    assert person.wait_for(lambda shown: "bước 3/" in shown.text).message_id != first.message_id


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/start", "Chào bà con!"),
        ("/start@motcua_test_bot", "Chào bà con!"),
        (f"/start {BIRTH}", "Đăng ký khai sinh"),
        ("/start khong-co-viec-nay", "Chào bà con!"),
        ("/start Abc_XYZ-" + "9" * 56, "Chào bà con!"),
        ("/menu", "Bà con cần hỏi về việc gì"),
        ("/help", "Bà con cần hỏi về việc gì"),
        ("/huy", "đã dừng"),
        ("/la", "Bà con cần hỏi về việc gì"),
    ],
)
def test_commands_and_deep_links_are_understood(
    fake: FakeTelegram, motcua: Deployment, command: str, words: str
) -> None:
    person = someone(fake)
    person.says(command)
    assert words in person.wait_for(1).text


def test_the_bot_names_its_commands_and_asks_only_for_what_it_reads(fake: FakeTelegram, motcua: Deployment) -> None:
    motcua.wait_until(lambda: fake.commands)
    assert [command["command"] for command in fake.commands] == ["menu", "huy", "start"]
    assert fake.allowed_updates == ["message", "callback_query", "my_chat_member"]
    assert fake.webhook.secret == SECRET


def test_signs_of_html_and_emoji_arrive_as_they_are(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.says(f"/start {ODD}")
    shown = person.wait_for(1)
    assert shown.text.startswith(f"<i>Ký tự</i> & lạ\n\n{ODD_TEXT}")
    person.says("#linh-vuc kiem-thu")
    assert "a<b & c>d 😀" in person.wait_for(2).buttons


@pytest.mark.parametrize(
    "text", ["<b>khai sinh", "a & b < c > d 😀 \x00 \u200b", "#", "# hoi", "2", "999", "😀" * 4000]
)
def test_any_text_of_a_person_gets_a_reply(fake: FakeTelegram, motcua: Deployment, text: str) -> None:
    person = someone(fake)
    person.says(text)
    assert person.wait_for(1).text
    assert motcua.events(person.id)[-1]["state"] == "done"


@pytest.mark.parametrize(
    "content",
    [
        {"voice": {"file_id": "a", "file_unique_id": "b", "duration": 1}},
        {"sticker": {"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1,
                     "is_animated": False, "is_video": False}},
        {"contact": {"phone_number": "0912345678", "first_name": "An"}},
    ],
)  # fmt: skip
def test_what_is_not_text_gets_an_honest_reply(fake: FakeTelegram, motcua: Deployment, content: dict[str, Any]) -> None:
    person = someone(fake)
    person.sends(content)
    assert "chỉ đọc được chữ" in person.wait_for(1).text


def test_a_place_out_of_the_blue_is_asked_about(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.sends({"location": {"latitude": 10.5, "longitude": 106.5}})
    assert "gửi vị trí này để phản ánh việc gì" in person.wait_for(1).text


def test_a_photo_that_telegram_does_not_have_is_asked_for_again(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.sends({"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]})
    assert "không lấy được ảnh" in person.wait_for(1).text


# ── once, in order ────────────────────────────────────────────────────


def test_the_same_update_three_times_gives_one_reply(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    update = person.says(PASSWORD)
    attempts = fake.deliver(update, times=3)
    assert [attempt.status for attempt in attempts] == [200, 200, 200]
    motcua.settle()
    assert len(person.inbox) == 1
    assert len(motcua.events(person.id)) == 1


def test_the_same_update_in_parallel_gives_one_reply(fake: FakeTelegram, motcua: Deployment) -> None:
    person = someone(fake)
    person.open = True
    message = {"message_id": 1, "date": 1, "chat": person.as_json(), "from": person.as_user(), "text": PASSWORD}
    update = {"update_id": 77_000_001, "message": message}
    attempts = fake.deliver_all([update] * 8)
    assert {attempt.status for attempt in attempts} == {200}
    motcua.settle()
    assert len(person.inbox) == 1


# ── what the address accepts ──────────────────────────────────────────


@pytest.mark.parametrize(
    "headers", [{}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, {"X-Telegram-Bot-Api-Secret-Token": "sécret"}]
)
def test_without_the_secret_nothing_is_stored(
    fake: FakeTelegram, motcua: Deployment, client: httpx.Client, headers: dict[str, str]
) -> None:
    person = someone(fake)
    before = len(motcua.rows("SELECT id FROM inbox_events"))
    update = {"update_id": 5, "message": {"chat": person.as_json(), "text": PASSWORD, "message_id": 1, "date": 1}}
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    response = client.post("/webhooks/telegram", json=update, headers=encoded)
    assert response.status_code == 403
    assert len(motcua.rows("SELECT id FROM inbox_events")) == before
    assert not motcua.rows("SELECT id FROM conversations WHERE address = ?", str(person.id))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b'{"update_id": 1.5}',
        b'{"update_id": 1' + b"0" * 5000 + b"}",
        b"[" * 50_000,
    ],
)
def test_what_is_not_an_update_is_400(motcua: Deployment, client: httpx.Client, body: bytes) -> None:
    before = len(motcua.rows("SELECT id FROM inbox_events"))
    assert post(client, body).status_code == 400
    assert len(motcua.rows("SELECT id FROM inbox_events")) == before


def test_a_megabyte_is_413(motcua: Deployment, client: httpx.Client) -> None:
    response = post(client, b'{"update_id": 1, "message": "' + b"x" * 1_000_000 + b'"}')
    assert response.status_code == 413


def test_an_unknown_account_or_channel_is_404(motcua: Deployment, client: httpx.Client) -> None:
    for path in ("/webhooks/telegram/khac", "/webhooks/viber", "/webhooks/web"):
        assert client.post(path, json={"update_id": 1}, headers=HEADER).status_code == 404


@pytest.mark.parametrize(
    "update",
    [
        {"edited_message": {"message_id": 1, "date": 1, "chat": {"id": 81_001, "type": "private"}, "text": "sửa"}},
        {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -100_1, "type": "channel"}, "text": "tin"}},
        {"message": {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "group"}, "text": "/menu"}},
        {"message": {"message_id": 1, "date": 1, "chat": {"id": -1005, "type": "supergroup"}, "text": "khai sinh"}},
        {"message": {"message_id": 1, "date": 1, "text": "không có chat"}},
        {"message": {}},
        {"message": None},
        {"message": "xin chào"},
        {"callback_query": {"id": "1", "from": {"id": 1, "is_bot": False, "first_name": "An"}, "chat_instance": "1"}},
        {"something_new": {"a": 1}},
        {},
    ],
)
def test_what_is_not_for_the_bot_is_kept_as_ignored(
    motcua: Deployment, client: httpx.Client, update: dict[str, Any]
) -> None:
    number = next(_NUMBERS)
    assert post(client, {"update_id": number, **update}).status_code == 200
    [row] = motcua.rows("SELECT * FROM inbox_events WHERE event_key = ?", str(number))
    assert (row["state"], row["body"], row["conversation_id"]) == ("ignored", None, None)


# A private message and a tap with everything in them, to be spoilt.
_CHAT = {"id": 82_001, "type": "private", "first_name": "An"}
_USER = {"id": 82_001, "is_bot": False, "first_name": "An", "language_code": "vi"}
_MESSAGE = {
    "message_id": 5,
    "date": 1_763_785_200,
    "chat": _CHAT,
    "from": _USER,
    "text": "/menu",
    "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    "reply_to_message": {"message_id": 4, "date": 1, "chat": _CHAT, "text": "trước"},
}
_TAP = {"id": "7", "from": _USER, "chat_instance": "1", "data": "#menu", "message": _MESSAGE}
_WHOLE = [{"message": _MESSAGE}, {"callback_query": _TAP}]
_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.just("x" * 5000),
    st.just([]),
    st.just({}),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["id", "text", "type"]), st.integers(), max_size=2),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, deeper in inner:
        yield (*path, key)
        yield from _places(deeper, (*path, key))


@st.composite
def spoilt_updates(draw: st.DrawFn) -> dict[str, Any]:
    """A good update with one to three places dropped or filled with something odd."""
    update: dict[str, Any] = deepcopy(draw(st.sampled_from(_WHOLE)))
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(sorted(_places(update), key=repr)))
        where: Any = update
        for key in path:
            where = where[key]
        if draw(st.booleans()):
            del where[last]
        else:
            where[last] = draw(_ODD)
        if not list(_places(update)):
            break
    return update


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(update=spoilt_updates())
def test_a_spoilt_update_is_acknowledged_and_never_an_error(
    motcua: Deployment, client: httpx.Client, update: dict[str, Any]
) -> None:
    response = post(client, {**update, "update_id": next(_NUMBERS)})
    assert response.status_code == 200, response.text


def test_after_spoilt_updates_people_are_still_served(fake: FakeTelegram, motcua: Deployment) -> None:
    """Nothing that was stored stands in the way or comes again and again."""
    motcua.settle()
    person = someone(fake)
    person.says("/menu")
    assert person.wait_for(1).text
    motcua.settle()
    assert motcua.rows("SELECT error, edits, attempts FROM outbox_messages WHERE state = 'waiting'") == []
    assert motcua.rows("SELECT error FROM inbox_events WHERE state = 'waiting'") == []
