"""Answers on Zalo: numbered menus and taps, limits and refusals, and never the same answer twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.clock import Clock
from tests.fakes.zalo import FakeZalo
from tests.integration.deployment import LONG, ODD, ODD_TEXT, Deployment
from tests.integration.zalo import on_zalo, pushing, waiting

DAY = 24 * 3600
SENDING = "/v3.0/oa/message/cs"


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeZalo:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeZalo) -> Iterator[Deployment]:
    with on_zalo(folder, fake) as deployment:
        yield deployment


@pytest.fixture
def quiet(fake: FakeZalo) -> Iterator[FakeZalo]:
    """The double with events and echoes that the test delivers itself."""
    fake.switches.deliver_at_once = False
    yield fake
    fake.switches.deliver_at_once = True
    fake.pending.clear()


def test_an_answer_is_text_with_a_numbered_menu(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    person.says("quên mật khẩu vneid")
    shown = person.wait_for(1)
    entry = motcua.service.knowledge.get("vneid-quen-mat-khau")
    assert entry
    for words in (entry.title, entry.short_answer, f"Nguồn: {entry.source.title}", "nhắn số để chọn:", "\n1. "):
        assert words in shown.text
    assert f"Thông tin kiểm tra ngày {entry.checked:%d/%m/%Y}." in shown.text


def test_a_bare_number_picks_from_the_menu(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    person.says("#hoi khai-sinh-dung-han")
    lines = person.wait_for(1).text.splitlines()
    second = next(line for line in lines if line.startswith("2. "))
    person.picks(2)
    assert person.wait_for(2).text.startswith(second.removeprefix("2. "))


def test_a_number_beyond_the_menu_is_not_a_choice(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    person.says("#hoi khai-sinh-dung-han")
    person.wait_for(1)
    person.says("99")
    assert "Nút này không còn dùng được" not in person.wait_for(2).text


def test_a_tap_on_a_button_shows_the_part(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    person.says("#hoi khai-sinh-dung-han")
    shown = person.wait_for(1)
    assert 1 <= len(shown.buttons) <= 5
    person.taps("Lệ phí")
    assert "8.000" in person.wait_for(2).text


def test_guide_steps_come_as_new_messages(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    person.says("#buoc khai-sinh-dung-han quay 1")
    assert "bước 1/" in person.wait_for(1).text
    person.picks(1)
    assert "bước 2/" in person.wait_for(2).text


def test_odd_signs_arrive_as_they_are(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    person.says(f"#hoi {ODD}")
    assert ODD_TEXT in person.wait_for(1).text


def test_a_long_answer_comes_in_parts_with_the_menu_on_the_last(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    person.says(f"#hoi {LONG}")
    person.wait_for(lambda shown: "Nguồn:" in shown.text)
    texts = [shown.text for shown in person.inbox]
    assert all(len(text) <= 2000 for text in texts)
    lines = [line for text in texts for line in text.splitlines() if line.startswith("Dòng thứ")]
    assert [int(line.split()[2].rstrip(":")) for line in lines] == list(range(160))


def test_a_package_without_buttons_gets_text_only_and_is_asked_once(tmp_path: Path) -> None:
    fake = pushing()
    fake.switches.buttons_on_cs = False
    with on_zalo(tmp_path, fake) as motcua:
        first, second = fake.person(), fake.person()
        for person in (first, second):
            person.says("#hoi khai-sinh-dung-han")
            shown = person.wait_for(1)
            assert shown.buttons == []
            assert "\n2. " in shown.text
        first.picks(2)
        first.wait_for(2)
        motcua.settle()
        bodies = [request.fields["message"] for request in fake.requests(SENDING)]
        assert ["attachment" in body for body in bodies] == [True, False, False, False]


def test_the_call_limit_is_waited_out_until_the_minute_turns(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    fake.fail_next(-32, on=SENDING)
    person.says("xin chào")
    row = waiting(motcua, person)
    until = row["next_try_at"] - motcua.clock.now()
    assert 0 < until <= 61
    assert row["error"].startswith("-32")
    assert person.inbox == []
    motcua.later(until)
    person.wait_for(1)
    motcua.settle()
    assert len(person.inbox) == 1


@pytest.mark.parametrize("quota", [-211, -218])
def test_a_used_up_quota_parks_the_answer(fake: FakeZalo, motcua: Deployment, quota: int) -> None:
    person = fake.person()
    fake.fail_next(quota, on=SENDING)
    person.says("xin chào")
    assert waiting(motcua, person)["next_try_at"] - motcua.clock.now() > 3000
    motcua.later(3601)
    person.wait_for(1)


def test_after_seven_days_of_silence_the_answer_is_held(quiet: FakeZalo, motcua: Deployment) -> None:
    person = quiet.person()
    event = person.says("xin chào")
    person.last_interaction = quiet.clock.now() - 8 * DAY
    quiet.deliver(event)
    motcua.wait_until(lambda: [row["state"] for row in motcua.replies(person.id)] == ["held"])
    [row] = motcua.replies(person.id)
    assert row["error"].startswith("-230")
    assert row["reply"]


@pytest.mark.parametrize("code", [-213, -217, -227, -233, -244, -248])
def test_who_cannot_be_reached_does_not_hold_up_others(fake: FakeZalo, motcua: Deployment, code: int) -> None:
    gone, other = fake.person(), fake.person()
    fake.fail_next(code, on=SENDING, times=2 if code == -233 else 1)  # -233: first with buttons, then without
    gone.says("xin chào")
    motcua.wait_until(lambda: [row["state"] for row in motcua.replies(gone.id)] == ["undeliverable"])
    other.says("xin chào")
    other.wait_for(1)
    gone.says("xin chào")
    gone.wait_for(1)


@pytest.mark.parametrize("code", [-204, -223, -320, -321])
def test_what_the_operator_must_mend_keeps_the_answer(fake: FakeZalo, motcua: Deployment, code: int) -> None:
    person = fake.person()
    fake.fail_next(code, on=SENDING)
    person.says("xin chào")
    assert waiting(motcua, person)["state"] == "waiting"
    assert "account_needs_operator" in motcua.logged
    motcua.later(301)
    person.wait_for(1)


@pytest.mark.parametrize("failure", [-200, 502])
def test_a_failure_of_zalo_is_tried_again(fake: FakeZalo, motcua: Deployment, failure: int) -> None:
    person = fake.person()
    fake.fail_next(failure, on=SENDING)
    person.says("xin chào")
    waiting(motcua, person)
    motcua.later(3)
    person.wait_for(1)
    motcua.settle()
    assert len(person.inbox) == 1


# ── sent, then dropped ────────────────────────────────────────────────


def test_an_echo_after_a_dropped_connection_confirms_the_answer(quiet: FakeZalo, motcua: Deployment) -> None:
    person = quiet.person()
    quiet.fail_next("reset", on=SENDING, acting=True)
    quiet.deliver(person.says("xin chào"))
    waiting(motcua, person)
    [echo] = quiet.pending
    quiet.deliver(echo)
    motcua.later(60)
    motcua.settle()
    assert [row["state"] for row in motcua.replies(person.id)] == ["sent"]
    assert motcua.replies(person.id)[0]["platform_id"] == person.inbox[0].message_id
    assert len(person.inbox) == 1


def test_an_echo_that_overtakes_the_broken_answer_confirms_it_too(fake: FakeZalo, motcua: Deployment) -> None:
    """The usual order: Zalo reports at once, the sender waits for the answer until its time is up."""
    person = fake.person()
    fake.fail_next("timeout", on=SENDING, acting=True, seconds=0.7)
    person.says("xin chào")
    person.wait_for(1)
    motcua.wait_until(lambda: [row["state"] for row in motcua.replies(person.id)] == ["sent"])
    person.says("#menu")
    person.wait_for(2)
    for _ in range(3):
        motcua.later(60)
        motcua.settle()
    assert len(person.inbox) == 2
    assert [row["state"] for row in motcua.replies(person.id)] == ["sent", "sent"]


def test_an_officers_own_message_confirms_nothing(quiet: FakeZalo, motcua: Deployment) -> None:
    person = quiet.person()
    quiet.fail_next("reset", on=SENDING)
    quiet.deliver(person.says("xin chào"))
    waiting(motcua, person)
    quiet.deliver(quiet.officer_writes(person, "Tôi là cán bộ đây"))
    motcua.later(30)
    person.wait_for(2)
    assert "Chào bà con!" in person.inbox[1].text
    motcua.settle()


def test_without_an_echo_the_answer_is_sent_again_after_a_while(quiet: FakeZalo, motcua: Deployment) -> None:
    person = quiet.person()
    quiet.fail_next("reset", on=SENDING)
    quiet.deliver(person.says("xin chào"))
    row = waiting(motcua, person)
    assert 15 < row["next_try_at"] - motcua.clock.now() <= 20
    motcua.later(21)
    person.wait_for(1)


def test_an_unreachable_zalo_is_surely_not_sent_and_soon_tried_again(tmp_path: Path) -> None:
    fake = pushing()
    with on_zalo(tmp_path, fake) as motcua:
        channel = next(a.channel for a in motcua.service.accounts.values() if a.channel.name == "zalo")
        settings = channel._settings  # type: ignore[attr-defined]
        api, settings.api = settings.api, "http://127.0.0.1:9"
        person = fake.person()
        person.says("xin chào")
        row = waiting(motcua, person)
        assert row["next_try_at"] - motcua.clock.now() < 5
        settings.api = api
        motcua.later(3)
        person.wait_for(1)
        motcua.settle()
        assert len(person.inbox) == 1
