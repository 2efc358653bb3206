"""The Zalo webhook: whose events are taken, and what becomes of each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.clock import Clock
from tests.fakes.delivery import post
from tests.fakes.zalo import FakeZalo
from tests.fakes.zalo_events import Signing, catalogue, mac
from tests.integration.deployment import Deployment
from tests.integration.zalo import on_zalo, pushing
from tests.pictures import encoded, street

WORKED_ON = {
    "user_send_text", "user_send_image", "user_send_gif", "user_send_file", "user_send_audio", "user_send_video",
    "user_send_sticker", "user_send_link", "user_send_location", "user_send_business_card", "follow",
    "user_click_chatnow",
}  # fmt: skip


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeZalo:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeZalo) -> Iterator[Deployment]:
    with on_zalo(folder, fake) as deployment:
        yield deployment


@pytest.fixture
def quiet(fake: FakeZalo) -> Iterator[FakeZalo]:
    """The double with events that the test delivers itself."""
    fake.switches.deliver_at_once = False
    yield fake
    fake.switches.deliver_at_once = True
    fake.switches.escaped_json = fake.switches.ids_as_numbers = False


def stored(motcua: Deployment) -> int:
    return int(motcua.rows("SELECT count(*) AS n FROM inbox_events")[0]["n"])


@pytest.mark.parametrize("signing", ["mac", "bare", "spaced"])
@pytest.mark.parametrize("escaped", [False, True])
@pytest.mark.parametrize("numbers", [False, True])
def test_a_rightly_signed_event_is_answered(
    quiet: FakeZalo, motcua: Deployment, signing: Signing, escaped: bool, numbers: bool
) -> None:
    quiet.switches.escaped_json, quiet.switches.ids_as_numbers = escaped, numbers
    person = quiet.person()
    [attempt] = quiet.deliver(person.says("quên mật khẩu vneid là làm sao"), signing=signing)
    assert attempt.status == 200
    assert "Quên mật khẩu VNeID" in person.wait_for(1).text


@pytest.mark.parametrize("signing", ["wrong_secret", "hmac", "missing", "altered"])
def test_a_wrongly_signed_event_is_acknowledged_and_dropped(
    quiet: FakeZalo, motcua: Deployment, signing: Signing
) -> None:
    before = stored(motcua)
    person = quiet.person()
    [attempt] = quiet.deliver(person.says("xin chào"), signing=signing)
    assert attempt.status == 200
    assert stored(motcua) == before
    assert motcua.rows("SELECT id FROM conversations WHERE address = ?", person.id) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 50_000,
        b'{"event_name":"user_send_text"}',
        b'{"app_id":"1234567890123456789"}',
        b'{"app_id":"1234567890123456789","timestamp":"\\ud800"}',
        b'{"app_id":"1234567890123456789","timestamp":{"a":[]}}',
        b'{"app_id":"1","timestamp":"1"}',
    ],
)
def test_anything_else_is_acknowledged_and_dropped(motcua: Deployment, body: bytes) -> None:
    before = stored(motcua)
    for signature in ("", "mac=", "mac=é", "x" * 64):
        response = httpx.post(
            f"{motcua.url}/webhooks/zalo",
            content=body,
            headers={b"X-ZEvent-Signature": signature.encode()},
            trust_env=False,
            verify=False,
        )
        assert response.status_code == 200
    assert stored(motcua) == before


def test_the_console_may_look_at_the_address(motcua: Deployment) -> None:
    assert motcua.get("/webhooks/zalo").status_code == 200


def test_another_apps_event_is_dropped_even_when_it_is_signed(quiet: FakeZalo, motcua: Deployment) -> None:
    event = quiet.person().says("xin chào")
    event["app_id"] = "9876543210987654321"
    before = stored(motcua)
    assert quiet.deliver(event)[0].status == 200
    assert stored(motcua) == before


def test_the_same_event_three_times_gives_one_reply(quiet: FakeZalo, motcua: Deployment) -> None:
    person = quiet.person()
    event = person.says("xin chào")
    assert [attempt.status for attempt in quiet.deliver(event, times=3)] == [200] * 3
    assert {attempt.status for attempt in quiet.deliver_all([event] * 6)} == {200}
    person.wait_for(1)
    motcua.settle()
    assert len(person.inbox) == 1
    keys = [row["event_key"] for row in motcua.events(person.id)]
    assert [key for key in keys if key.startswith("user_send_text:")] == keys[:1]


def test_a_redelivery_from_the_ladder_is_no_second_message(quiet: FakeZalo, motcua: Deployment) -> None:
    person = quiet.person()
    event = person.says("xin chào")
    [attempt] = quiet.deliver(event)
    again = post(f"{motcua.url}/webhooks/zalo", attempt.body, {**attempt.headers, "num_retry": "1"}, timeout=5.0)
    assert again.status == 200
    person.wait_for(1)
    motcua.settle()
    assert len(person.inbox) == 1


def _names() -> list[str]:
    return sorted(catalogue(FakeZalo().envelopes, "2468458835296117922", 0.0))


@pytest.mark.parametrize("name", _names())
def test_every_event_is_acknowledged_and_stored(quiet: FakeZalo, motcua: Deployment, name: str) -> None:
    person = quiet.person()
    event = deepcopy(quiet.fixtures(person)[name])
    if isinstance(event.get("message"), dict):
        event["message"]["msg_id"] = quiet.new_message_id()
    if name == "user_send_image":  # one that can be fetched
        event["message"]["attachments"][0]["payload"]["url"] = quiet.add_photo(encoded(street()))
    event["user_mark"] = quiet.new_message_id()
    before = stored(motcua)
    assert quiet.deliver(event)[0].status == 200
    assert stored(motcua) == before + 1
    [row] = motcua.rows("SELECT * FROM inbox_events ORDER BY id DESC LIMIT 1")
    expected = {"waiting", "done"} if event["event_name"] in WORKED_ON else {"ignored"}
    assert row["state"] in expected
    motcua.settle()
    [row] = motcua.rows("SELECT * FROM inbox_events WHERE id = ?", row["id"])
    assert (row["state"] in ("done", "ignored"), row["body"]) == (True, None)


def test_a_follower_and_one_who_opens_the_chat_are_greeted(fake: FakeZalo, motcua: Deployment) -> None:
    follower, visitor = fake.person(), fake.person()
    follower.follows()
    visitor.opens_chat()
    for person in (follower, visitor):
        assert "Chào bà con!" in person.wait_for(1).text


def test_a_follow_delivered_twice_greets_once(quiet: FakeZalo, motcua: Deployment) -> None:
    person = quiet.person()
    quiet.deliver(person.follows(), times=2)
    person.wait_for(1)
    motcua.settle()
    assert len(person.inbox) == 1


def test_what_is_not_text_gets_an_honest_reply(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    person.sends("sticker", fake.fixtures(person)["user_send_sticker"]["message"])
    assert "chỉ đọc được chữ" in person.wait_for(1).text


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(max_size=20),
    st.sampled_from(["follow", "user_send_text", "oa_send_text", "x" * 5000, "\ud800"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["id", "text", "msg_id"]), st.integers(), max_size=2),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(data=st.data())
def test_a_spoilt_event_is_acknowledged_and_never_an_error(
    fake: FakeZalo, motcua: Deployment, data: st.DataObject
) -> None:
    samples = catalogue(fake.envelopes, "2468458835296117000", 1.0)
    name = data.draw(st.sampled_from(["user_send_text", "follow", "oa_send_text"]))
    event: dict[str, Any] = samples[name]
    for _ in range(data.draw(st.integers(1, 2))):
        part = data.draw(st.sampled_from([event, *(inner for inner in event.values() if isinstance(inner, dict))]))
        if names := sorted(part.keys() - {"app_id"}):
            part[data.draw(st.sampled_from(names))] = data.draw(_ODD)
    body = json.dumps(event).encode()
    timestamp = str(event.get("timestamp", "")).encode(errors="replace").decode()
    signature = mac(fake.app_id, body, timestamp, fake.webhook_secret)
    attempt = post(f"{motcua.url}/webhooks/zalo", body, {"X-ZEvent-Signature": f"mac={signature}"}, timeout=5.0)
    assert attempt.status == 200


def test_after_spoilt_events_people_are_still_served(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    person.says("xin chào")
    person.wait_for(1)
    motcua.settle()
    assert motcua.rows("SELECT error FROM inbox_events WHERE state = 'waiting'") == []
