"""A person takes over a talk: asked for, answered from the console, the bot silent meanwhile, and handed back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.desk.calendar import ZONE, WorkingTime
from bot.desk.tables import Officer
from bot.desk.takeovers import takeover
from bot.messages import Reply
from bot.outcomes import Outcome
from bot.turn import Result, Turn
from tests.fakes.clock import Clock
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram import Switches as TelegramSwitches
from tests.fakes.telegram_people import Person
from tests.fakes.zalo import FakeZalo
from tests.integration.console import Desk, add_officer, hidden, picture
from tests.integration.deployment import Deployment
from tests.integration.officers import bound_group, bound_officer
from tests.integration.telegram import on_telegram, pushing, someone
from tests.integration.zalo import on_zalo
from tests.integration.zalo import pushing as zalo_pushing

LIST = "/can-bo/tro-chuyen"
HALF_A_DAY = 12 * 3600.0
GREETING = "Chào bà con!"


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeTelegram:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeTelegram) -> Iterator[Deployment]:
    with on_telegram(folder, fake, verbs={"den-ngay": steps_in_meanwhile}) as deployment:
        add_officer(deployment, "lan", name="Nguyễn Thị Lan")
        add_officer(deployment, "hoa", name="Trần Thị Hoa")
        add_officer(deployment, "xa-khac", office="xa-khac")
        yield deployment


async def steps_in_meanwhile(turn: Turn) -> Result:
    """A turn during which an officer comes in, as slow understanding allows."""
    assert turn.desk
    async with turn.desk.store.write() as session:
        lan = await session.scalar(select(Officer.id).filter_by(login="lan"))
        office_id, person = turn.desk.desk.office_id, turn.desk.conversation_id
        await takeover.step_in(session, office_id, person, lan or 0, 0, turn.desk.now)
    return Result((Reply(text="Máy nghĩ xong rồi."),), turn.talk, Outcome.SMALL_TALK)


def signed_in(motcua: Deployment, login: str) -> Desk:
    desk = Desk(motcua.url)
    assert desk.sign_in(login).headers["location"] == "/can-bo"
    return desk


def hours(motcua: Deployment) -> WorkingTime:
    return next(iter(motcua.service.accounts.values())).desk.hours


def local(motcua: Deployment) -> datetime:
    return datetime.fromtimestamp(motcua.clock.now(), ZONE)


def until_open(motcua: Deployment) -> None:
    """To the middle of a morning."""
    then = local(motcua)
    while not (hours(motcua).is_open(then) and then.hour == 9):
        then += timedelta(minutes=20)
    motcua.later(max(0.0, (then - local(motcua)).total_seconds()))


def until_closed(motcua: Deployment) -> None:
    """To an evening."""
    then = local(motcua)
    while then.hour != 20:
        then += timedelta(minutes=20)
    motcua.later(max(0.0, (then - local(motcua)).total_seconds()))


def conversation(motcua: Deployment, address: object) -> int:
    [row] = motcua.rows("SELECT id FROM conversations WHERE address = ?", str(address))
    return int(row["id"])


def lines(motcua: Deployment, address: object) -> list[tuple[str, str]]:
    """What was kept for officers, oldest first."""
    query = (
        "SELECT l.actor, l.words FROM takeover_lines l JOIN takeovers t ON t.id = l.takeover_id"
        " WHERE t.conversation_id = ? ORDER BY l.id"
    )
    return [(row["actor"], row["words"]) for row in motcua.rows(query, conversation(motcua, address))]


def asks_for_somebody(motcua: Deployment, person: Person) -> str:
    """In opening hours; gives the address of the talk in the console."""
    until_open(motcua)
    person.says("#can-bo")
    shown = person.wait_for(1)
    assert "Máy đã báo cán bộ" in shown.text
    assert shown.buttons == ["Nói tiếp với máy"]
    return f"{LIST}/{conversation(motcua, person.id)}"


@pytest.fixture(scope="module")
def zalo() -> FakeZalo:
    return zalo_pushing(Clock())


@pytest.fixture(scope="module")
def at_zalo(tmp_path_factory: pytest.TempPathFactory, zalo: FakeZalo) -> Iterator[Deployment]:
    with on_zalo(tmp_path_factory.mktemp("zalo"), zalo) as deployment:
        add_officer(deployment, "lan", name="Nguyễn Thị Lan")
        yield deployment


class TestInOpeningHours:
    def test_from_the_question_to_the_answer_and_back(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        until_open(motcua)
        person.says("cho tôi gặp cán bộ với")
        assert "Máy đã báo cán bộ" in person.wait_for(1).text
        talk = f"{LIST}/{conversation(motcua, person.id)}"
        person.says("giấy khai sinh của cháu bị sai tên, số 0912345678 ạ")
        motcua.settle()
        with signed_in(motcua, "lan") as lan:
            assert "giấy khai sinh của cháu bị sai tên, số [số điện thoại] ạ" in lan.get(LIST).text
            page = lan.get(talk)
            assert "Đang chờ cán bộ" in page.text
            assert "0912345678" not in page.text
            sent = lan.post(f"{talk}/gui", words="Bác mang bản gốc <ra> xã nhé", seen=hidden(page, "seen"))
            assert sent.headers["location"] == f"{talk}?xong=gui"
            shown = person.wait_for(2)
            assert "Cán bộ trả lời" in shown.text
            assert "Bác mang bản gốc <ra> xã nhé" in shown.text
            assert shown.buttons == ["Nói tiếp với máy"]
            person.says("xin chào, mấy giờ thì được")
            motcua.settle()
            assert "mấy giờ thì được" in lan.get(f"{talk}/loi-nhan").text
            lan.post(f"{talk}/gui", words="Trước 11 giờ ạ", seen=hidden(lan.get(talk), "seen"))
            assert "Trước 11 giờ ạ" in person.wait_for(3).text
            assert lan.post(f"{talk}/tra-may").status_code == 303
            assert "Từ giờ máy trả lời tiếp" in person.wait_for(4).text
        person.says("xin chào")
        assert GREETING in person.wait_for(5).text
        motcua.settle()
        assert len(person.inbox) == 5
        assert [actor for actor, _ in lines(motcua, person.id)] == [
            "citizen",
            "citizen",
            "officer",
            "citizen",
            "officer",
        ]
        outcomes = [row["outcome"] for row in motcua.events(person.id)]
        assert outcomes == ["handed_over", "handed_over", "handed_over", "small_talk"]

    def test_the_button_leads_back_to_the_bot_and_nothing_said_is_lost(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        person = someone(fake)
        talk = asks_for_somebody(motcua, person)
        person.says("việc của tôi phức tạp lắm")
        motcua.settle()
        person.taps("Nói tiếp với máy")
        person.wait_for(lambda shown: "máy trả lời tiếp đây" in shown.text)
        person.says("xin chào")
        person.wait_for(lambda shown: GREETING in shown.text)
        with signed_in(motcua, "lan") as lan:
            assert "việc của tôi phức tạp lắm" in lan.get(LIST).text
            assert "Máy vẫn trả lời trong lúc chờ" in lan.get(talk).text

    def test_cancelling_goes_back_to_the_guide_that_was_open(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        until_open(motcua)
        person.says("#buoc khai-sinh-dung-han quay 2")
        person.wait_for(1)
        person.says("#can-bo")
        person.wait_for(2)
        person.says("hủy")
        assert person.wait_for(3).buttons[0] == "Làm tiếp bước 2"
        person.taps("Làm tiếp bước 2")
        person.wait_for(lambda shown: "bước 2/" in shown.text and shown.message_id == person.inbox[2].message_id)

    def test_a_button_of_the_bot_says_why_it_does_nothing(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        asks_for_somebody(motcua, person)
        person.says("#hoi khai-sinh-dung-han")
        shown = person.wait_for(2)
        assert "máy tạm dừng" in shown.text
        assert shown.buttons == ["Nói tiếp với máy"]
        assert lines(motcua, person.id) == []

    def test_what_cannot_be_passed_on_is_told_and_noted(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        asks_for_somebody(motcua, person)
        person.sends({"voice": {"file_id": "v1", "file_unique_id": "u1", "duration": 3}})
        assert "chưa xem được ở đây" in person.wait_for(2).text
        assert lines(motcua, person.id) == [("citizen", "(gửi ghi âm)")]

    def test_after_half_a_day_of_silence_the_bot_answers_again(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        talk = asks_for_somebody(motcua, person)
        with signed_in(motcua, "lan") as lan:
            lan.post(f"{talk}/gui", words="Bác chờ cháu tra sổ nhé", seen="0")
        person.wait_for(2)
        motcua.later(HALF_A_DAY - 60)
        person.says("vâng")
        motcua.settle()
        assert len(person.inbox) == 2
        with signed_in(motcua, "lan") as lan:
            lan.post(f"{talk}/gui", words="Xong rồi bác ạ", seen="0")
        person.wait_for(3)
        motcua.later(HALF_A_DAY + 60)
        person.says("xin chào")
        person.wait_for(5)
        assert "máy trả lời tiếp" in person.inbox[3].text
        assert GREETING in person.inbox[4].text

    def test_who_still_waits_at_closing_time_is_told_and_can_ask_the_bot(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        person = someone(fake)
        talk = asks_for_somebody(motcua, person)
        until_closed(motcua)
        person.says("có ai ở đó không")
        assert "Bây giờ ngoài giờ làm việc" in person.wait_for(2).text
        person.says("xin chào")
        assert GREETING in person.wait_for(3).text
        with signed_in(motcua, "lan") as lan:
            assert "có ai ở đó không" in lan.get(talk).text

    def test_an_officer_can_come_in_unasked_and_the_person_is_told(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        person = someone(fake)
        person.says("xin chào")
        person.wait_for(1)
        talk = f"{LIST}/{conversation(motcua, person.id)}"
        with signed_in(motcua, "lan") as lan:
            assert lan.post(f"{talk}/nhan", thay="0").headers["location"] == f"{talk}?xong=nhan"
        assert "Cán bộ đang nói chuyện trực tiếp" in person.wait_for(2).text
        person.says("xin chào")
        motcua.settle()
        assert lines(motcua, person.id) == [("citizen", "xin chào")]
        assert len(person.inbox) == 2

    def test_an_officer_who_comes_in_while_the_bot_thinks_is_not_interrupted(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        person = someone(fake)
        person.says("#den-ngay")
        person.wait_for(1)
        motcua.settle()
        assert not any("Máy nghĩ xong" in shown.text for shown in person.inbox)

    def test_a_photo_is_seen_by_the_officers_of_the_office_alone(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        talk = asks_for_somebody(motcua, person)
        person.sends_photo(picture("navy"), "tờ khai của tôi đây")
        motcua.settle()
        assert lines(motcua, person.id) == [("citizen", "(gửi ảnh) tờ khai của tôi đây")]
        with signed_in(motcua, "lan") as lan, signed_in(motcua, "xa-khac") as other:
            [address] = re.findall(rf'href="({talk}/anh/[0-9]+)"', lan.get(talk).text)
            shown = lan.get(address)
            assert shown.headers["content-type"] == "image/jpeg"
            assert shown.content[:2] == b"\xff\xd8"
            assert other.get(address).status_code == 404
            assert lan.get(f"{talk}/anh/999999").status_code == 404

    def test_the_photo_of_a_report_in_progress_is_none_of_theirs(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        person.sends_photo(picture("maroon"))
        motcua.settle()
        asked = len(person.inbox)
        until_open(motcua)
        person.says("#can-bo")
        person.wait_for(asked + 1)
        mine = conversation(motcua, person.id)
        [row] = motcua.rows("SELECT id FROM attachments WHERE conversation_id = ?", mine)
        with signed_in(motcua, "lan") as lan:
            assert lan.get(f"{LIST}/{mine}/anh/{row['id']}").status_code == 404

    def test_the_officers_group_hears_that_somebody_waits_but_not_what_for(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        group = bound_group(fake, motcua, bound_officer(fake, motcua, "Lê Văn Tám"))
        person = someone(fake)
        until_open(motcua)
        person.says("cho tôi gặp cán bộ để hỏi chuyện riêng của nhà tôi bên xóm Đình")
        group.wait_for(lambda shown: "Có người dân muốn gặp cán bộ" in shown.text)
        assert not any("xóm Đình" in shown.text for shown in group.inbox)


class TestOfficers:
    def test_the_second_is_told_who_is_in_and_may_take_over(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        talk = asks_for_somebody(motcua, person)
        with signed_in(motcua, "lan") as lan, signed_in(motcua, "hoa") as hoa:
            lan.post(f"{talk}/nhan", thay="0")
            refused = hoa.post(f"{talk}/gui", words="Chào bác, cháu là Hoa", seen="0")
            assert refused.status_code == 409
            assert "Nguyễn Thị Lan đang nói chuyện với người dân này" in refused.text
            assert "Chào bác, cháu là Hoa</textarea>" in refused.text
            assert hoa.post(f"{talk}/nhan", thay="0").status_code == 409
            assert hoa.post(f"{talk}/nhan", thay=hidden(refused, "thay")).status_code == 303
            assert hoa.post(f"{talk}/gui", words="Chào bác, cháu là Hoa", seen="0").status_code == 303
            assert lan.post(f"{talk}/gui", words="Cháu Lan đây", seen="0").status_code == 409
        assert "Chào bác, cháu là Hoa" in person.wait_for(2).text
        motcua.settle()
        assert len(person.inbox) == 2

    def test_a_form_sent_twice_is_said_once(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        talk = asks_for_somebody(motcua, person)
        with signed_in(motcua, "lan") as lan:
            seen = hidden(lan.get(talk), "seen")
            for _ in range(2):
                assert lan.post(f"{talk}/gui", words="Dạ vâng", seen=seen).status_code == 303
            person.wait_for(2)
            lan.post(f"{talk}/gui", words="Dạ vâng", seen=hidden(lan.get(talk), "seen"))
            person.wait_for(3)
        motcua.settle()
        assert len(person.inbox) == 3

    @pytest.mark.parametrize("words", ["", "a" * 1501])
    def test_words_that_cannot_be_sent_stay_in_the_form(
        self, fake: FakeTelegram, motcua: Deployment, words: str
    ) -> None:
        person = someone(fake)
        talk = asks_for_somebody(motcua, person)
        with signed_in(motcua, "lan") as lan:
            refused = lan.post(f"{talk}/gui", words=words, seen="0")
            assert refused.status_code == 422
            assert f"{words}</textarea>" in refused.text

    def test_another_office_sees_and_changes_nothing(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        talk = asks_for_somebody(motcua, person)
        person.says("chuyện kín nhà tôi")
        motcua.settle()
        with signed_in(motcua, "xa-khac") as other:
            signed = motcua.everything_stored()
            assert "chuyện kín nhà tôi" not in other.get(LIST).text
            assert [other.get(path).status_code for path in (talk, f"{talk}/loi-nhan", f"{LIST}/999999")] == [404] * 3
            for move in ("nhan", "gui", "tra-may"):
                assert other.post(f"{talk}/{move}", words="chào", seen="0", thay="0").status_code == 404
            assert motcua.everything_stored() == signed

    def test_a_form_from_elsewhere_is_refused(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        talk = asks_for_somebody(motcua, person)
        with signed_in(motcua, "lan") as lan:
            for move in ("nhan", "gui", "tra-may"):
                assert lan.client.post(f"{talk}/{move}", data={"words": "chào"}).status_code == 403
        assert lines(motcua, person.id) == []

    def test_what_they_do_is_in_the_audit_log_without_any_words(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        talk = asks_for_somebody(motcua, person)
        with signed_in(motcua, "lan") as lan:
            lan.get(talk)
            lan.post(f"{talk}/gui", words="lời kín đáo", seen="0")
            lan.post(f"{talk}/tra-may")
        query = "SELECT what, subject, detail FROM audit_log WHERE subject = ? ORDER BY id"
        noted = motcua.rows(query, f"cuộc trò chuyện {conversation(motcua, person.id)}")
        assert [row["what"] for row in noted] == ["xem-tro-chuyen", "nhan-tin", "tra-may"]
        assert "lời kín đáo" not in str(noted)
        assert "lời kín đáo" not in motcua.logged


class TestOutsideOpeningHours:
    def test_the_question_waits_and_the_bot_answers_on(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        until_closed(motcua)
        person.says("#can-bo")
        shown = person.wait_for(1)
        opening = hours(motcua).next_opening(local(motcua))
        assert "7 giờ 30 sáng" in shown.text
        assert f"{opening.day}/{opening.month}" in shown.text
        person.says("đất nhà tôi bị lấn thì kêu ai")
        assert "Máy đã giữ câu hỏi" in person.wait_for(2).text
        person.says("xin chào")
        assert GREETING in person.wait_for(3).text
        motcua.later(3 * 24 * 3600)
        until_open(motcua)
        talk = f"{LIST}/{conversation(motcua, person.id)}"
        with signed_in(motcua, "lan") as lan:
            assert "đất nhà tôi bị lấn thì kêu ai" in lan.get(LIST).text
            lan.post(f"{talk}/gui", words="Bác mang sổ đỏ ra xã nhé", seen="0")
        shown = person.wait_for(4)
        assert "máy tạm dừng trả lời" in shown.text
        person.says("xin chào")
        motcua.settle()
        assert len(person.inbox) == 4


class TestAcrossARestart:
    def test_the_bot_stays_silent_and_what_was_said_meanwhile_is_kept(self, tmp_path: Path) -> None:
        clock = Clock()
        fake = FakeTelegram(clock=clock, switches=TelegramSwitches(deliver_at_once=False))
        person = fake.person(1)
        with on_telegram(tmp_path, fake) as motcua:
            add_officer(motcua, "lan")
            until_open(motcua)
            fake.deliver(person.says("#can-bo"))
            person.wait_for(1)
        said = person.says("tôi đây")
        with on_telegram(tmp_path, fake) as motcua:
            motcua.wait_until(lambda: fake.webhook.url.startswith(motcua.url))
            fake.deliver(said)
            fake.deliver(said)
            motcua.settle()
            assert lines(motcua, 1) == [("citizen", "tôi đây")]
            assert len(person.inbox) == 1


class TestOnZalo:
    def test_from_the_question_to_the_answer_and_back(self, zalo: FakeZalo, at_zalo: Deployment) -> None:
        person = zalo.person()
        until_open(at_zalo)
        person.says("cho tôi gặp cán bộ với")
        assert "Máy đã báo cán bộ" in person.wait_for(1).text
        talk = f"{LIST}/{conversation(at_zalo, person.id)}"
        with signed_in(at_zalo, "lan") as lan:
            lan.post(f"{talk}/gui", words="Bác hỏi việc gì ạ", seen="0")
            assert "Bác hỏi việc gì ạ" in person.wait_for(2).text
            person.says("xin chào")
            at_zalo.settle()
            lan.post(f"{talk}/tra-may")
        assert "Từ giờ máy trả lời tiếp" in person.wait_for(3).text
        person.says("xin chào")
        assert GREETING in person.wait_for(4).text
        at_zalo.settle()
        assert len(person.inbox) == 4

    def test_a_bare_number_leads_back_only_while_the_menu_is_shown(self, zalo: FakeZalo, at_zalo: Deployment) -> None:
        person = zalo.person()
        until_open(at_zalo)
        person.says("#can-bo")
        person.wait_for(1)
        talk = f"{LIST}/{conversation(at_zalo, person.id)}"
        with signed_in(at_zalo, "lan") as lan:
            for words in ("Chào bác", "Nhà bác có mấy người?"):
                lan.post(f"{talk}/gui", words=words, seen=hidden(lan.get(talk), "seen"))
            person.wait_for(3)
            person.says("1")
            at_zalo.settle()
            assert lines(at_zalo, person.id)[-1] == ("citizen", "1")
            lan.post(f"{talk}/tra-may")
        person.wait_for(4)
        person.says("#can-bo")
        person.wait_for(5)
        person.picks(1)
        assert "máy trả lời tiếp đây" in person.wait_for(6).text

    def test_an_officer_who_writes_in_zalos_own_tool_silences_the_bot(
        self, zalo: FakeZalo, at_zalo: Deployment
    ) -> None:
        person = zalo.person()
        person.says("xin chào")
        person.wait_for(1)
        echo = zalo.officer_writes(person, "Cháu gọi số 0912345678 nhé bác")
        zalo.deliver(echo)
        assert "Cán bộ đang nói chuyện trực tiếp" in person.wait_for(3).text
        person.says("xin chào")
        at_zalo.settle()
        assert len(person.inbox) == 3
        assert lines(at_zalo, person.id) == [
            ("officer", "Cháu gọi số [số điện thoại] nhé bác"),
            ("citizen", "xin chào"),
        ]
        with signed_in(at_zalo, "lan") as lan:
            assert "Cán bộ dùng công cụ của Zalo" in lan.get(LIST).text
            talk = f"{LIST}/{conversation(at_zalo, person.id)}"
            assert lan.post(f"{talk}/gui", words="Cháu Lan", seen="0").status_code == 409
        at_zalo.later(HALF_A_DAY)
        person.says("xin chào")
        person.wait_for(lambda shown: GREETING in shown.text and shown is person.inbox[-1])

    def test_our_own_messages_never_do(self, zalo: FakeZalo, at_zalo: Deployment) -> None:
        person = zalo.person()
        person.says("xin chào")
        person.wait_for(1)
        at_zalo.settle()
        assert lines(at_zalo, person.id) == []

    def test_an_answer_that_zalo_holds_back_is_shown_as_waiting(self, zalo: FakeZalo, at_zalo: Deployment) -> None:
        person = zalo.person()
        until_closed(at_zalo)
        person.says("#can-bo")
        person.wait_for(1)
        person.says("hộ nghèo năm nay xét khi nào")
        person.wait_for(2)
        at_zalo.later(8 * 24 * 3600)
        talk = f"{LIST}/{conversation(at_zalo, person.id)}"
        with signed_in(at_zalo, "lan") as lan:
            lan.post(f"{talk}/gui", words="Tháng 12 bác ạ", seen="0")
            at_zalo.wait_until(lambda: at_zalo.replies(person.id)[-1]["state"] == "held")
            assert "đang chờ người dân nhắn lại" in lan.get(f"{talk}/loi-nhan").text
            person.says("xin chào")
            assert "Tháng 12 bác ạ" in person.wait_for(3).text
            at_zalo.settle()
            assert "đang chờ người dân nhắn lại" not in lan.get(f"{talk}/loi-nhan").text
        assert lines(at_zalo, person.id)[-1] == ("citizen", "xin chào")
