"""A report from somebody's first words to their stars: the real model, database and worker, on Telegram and the web."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.desk import reports
from bot.desk.deeds import Make, carry_out
from bot.desk.life import Doing, Move
from bot.desk.reports import Desk, Unknown
from bot.desk.tables import Officer
from bot.tables import Office
from tests.fakes.clock import Clock
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Person, Shown
from tests.integration.browser import Browser
from tests.integration.deployment import Deployment
from tests.integration.telegram import on_telegram, pushing, someone
from tests.pictures import encoded, street

LAMP = "đèn đường ngõ 5 hỏng cả tuần nay"
NOT_FOUND = "không tìm thấy phản ánh này trong cuộc trò chuyện của bà con"


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeTelegram:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeTelegram) -> Iterator[Deployment]:
    with on_telegram(folder, fake) as deployment:
        yield deployment


def sees(person: Person, words: str) -> Shown:
    return person.wait_for(lambda shown: words in shown.text)


def reports_of(motcua: Deployment, person: Person) -> list[dict[str, Any]]:
    query = "SELECT r.* FROM reports r JOIN conversations c ON c.id = r.conversation_id WHERE c.address = ?"
    return motcua.rows(f"{query} ORDER BY r.id", str(person.id))


def report(motcua: Deployment, person: Person, words: str) -> dict[str, Any]:
    """Report something that has its kind and place in the words, without a photo or a name."""
    person.says(words)
    sees(person, "Có ảnh thì bà con gửi")
    person.taps("Bỏ qua")
    sees(person, "biết tên mình")
    person.taps("Không nêu tên")
    sees(person, "xem lại giúp máy")
    person.taps("Đồng ý gửi")
    sees(person, "Máy đã gửi phản ánh")
    motcua.settle()
    return reports_of(motcua, person)[-1]


def officer_does(motcua: Deployment, code: str, move: Move, words: str = "") -> None:
    """Something that an officer of the report's office does."""

    async def do() -> None:
        async with motcua.service.store.write() as session:
            desk = _desk(motcua)
            row = await reports.report_of(session, desk.office_id, code)
            login = f"cb-{code}-{move}-{motcua.clock.now()}"
            officer = Officer(
                office_id=desk.office_id, login=login[:64], name="Cô Hoa", role="can-bo", password="", created_at=0.0
            )
            session.add(officer)
            await session.flush()
            doing = Doing(move, "officer", officer.id, words=words)
            await reports.act(session, desk, row, doing, motcua.clock.now())
        motcua.wake()

    motcua.call(do())


def _desk(motcua: Deployment) -> Desk:
    return next(iter(motcua.service.accounts.values())).desk


class TestFromTheFirstWordToTheStars:
    """The whole way of one report."""

    def test_said_read_back_sent_done_not_done_done_and_rated(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        person.says(LAMP)
        sees(person, "Có ảnh thì bà con gửi")
        person.sends_photo(encoded(street()))
        sees(person, "Máy đã nhận ảnh (1/5)")
        assert reports_of(motcua, person) == [], "nothing is sent yet"
        person.taps(f"Nêu tên: {person.name}")
        shown = sees(person, "xem lại giúp máy")
        for part in (LAMP, "Đèn đường hỏng", "ngõ 5", "1 ảnh", person.name, "đồng ý để cán bộ xã Ví Dụ xem"):
            assert part in shown.text
        person.says("đồng ý")
        code = re.search(r"Mã phản ánh: (\S+)", sees(person, "Máy đã gửi phản ánh").text)
        assert code
        motcua.settle()
        [row] = reports_of(motcua, person)
        assert (row["code"], row["category"], row["words"], row["place"]) == (code[1], "den-duong", LAMP, "ngõ 5")
        assert (row["source"], row["reporter"], row["state"]) == ("telegram", person.name, "moi")
        [photo] = motcua.rows("SELECT * FROM attachments WHERE report_id = ?", row["id"])
        assert photo["report_event_id"]

        officer_does(motcua, code[1], Move.FINISH, "Đã thay bóng.")
        assert "Đã thay bóng" in sees(person, "thật sự xong chưa").text
        person.taps("Chưa xong")
        sees(person, "còn gì chưa xong")
        person.says("vẫn tối om chú ơi")
        sees(person, "gửi thêm một tấm ảnh")
        person.sends_photo(encoded(street(shade=30)))
        sees(person, "đã mở lại")
        motcua.settle()
        assert reports_of(motcua, person)[0]["reopened"] == 1

        officer_does(motcua, code[1], Move.FINISH, "Đã sửa lại dây.")
        sees(person, "Đã sửa lại dây")
        person.taps("Đã xong, cảm ơn")
        sees(person, "chấm việc xử lý này")
        person.taps("★★★★★")
        sees(person, "góp ý thêm")
        person.says("cảm ơn các chú")
        sees(person, "chuyển lời góp ý")
        motcua.settle()
        moves = motcua.rows("SELECT * FROM report_events WHERE report_id = ? ORDER BY id", row["id"])
        assert [event["move"] for event in moves] == [
            "gui", "xong", "chua-xong", "xong", "xac-nhan", "danh-gia", "danh-gia",
        ]  # fmt: skip
        assert moves[-1]["words"] == "cảm ơn các chú"
        assert reports_of(motcua, person)[0]["stars"] == 5

    def test_its_words_are_in_no_log(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        report(motcua, person, "rác chất đống ở ngõ 31 không ai dọn, gọi bà Tư 0912345678")
        assert "ngõ 31" not in motcua.logged
        assert "0912345678" not in motcua.everything_stored() + motcua.logged

    def test_the_command_and_the_menu_begin_one(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        person.says("/phananh")
        sees(person, "phản ánh việc gì")
        person.taps("Thôi, không gửi")
        sees(person, "không gửi gì")
        person.says("menu")
        sees(person, "hỏi về việc gì")
        person.taps("Phản ánh, góp ý với xã")
        person.wait_for(lambda shown: shown.buttons == ["Thôi, không gửi"])

    def test_on_the_web_as_well(self, motcua: Deployment) -> None:
        with Browser(motcua.url) as browser:
            assert "ảnh" in browser.ask("nắp cống ở ngõ 77 bị mất, nguy hiểm lắm")["text"]
            browser.ask(payload="#bao-anh")
            browser.ask(payload="#bao-ten khong")
            assert "Mã phản ánh" in browser.ask("đồng ý")["text"]
        [row] = motcua.rows("SELECT * FROM reports WHERE words LIKE '%ngõ 77%'")
        assert (row["category"], row["place"], row["source"], row["reporter"]) == ("nap-cong", "ngõ 77", "web", "")


class TestTwoPeople:
    """One report is not another's."""

    def test_the_second_may_follow_and_hears_of_it_without_the_firsts_words(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        first, second = someone(fake), someone(fake)
        row = report(motcua, first, "ổ gà to ở ngõ 41 đường Lê Lợi làm cháu tôi bị té")
        second.says("o ga ngo 41 duong le loi nguy hiem qua")
        shown = sees(second, "Có người đã báo")
        assert "cháu tôi" not in shown.text
        assert row["code"] not in shown.text
        second.taps("Theo dõi chung")
        sees(second, "cùng theo dõi")
        motcua.settle()
        assert reports_of(motcua, second) == []
        officer_does(motcua, row["code"], Move.ANSWER, "Tuần này vá.")
        assert "Tuần này vá" in sees(second, "Tuần này vá").text
        second.says(row["code"])
        shown = sees(second, "Loại việc")
        assert "cháu tôi" not in shown.text
        second.says(f"#rut-lai {row['code'].lower()} chac")
        sees(second, "Chỉ người gửi")
        motcua.settle()
        assert reports_of(motcua, first)[0]["state"] == "da-nhan"

    def test_the_first_takes_it_back_and_the_second_still_hears_of_it(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        first, second = someone(fake), someone(fake)
        row = report(motcua, first, "ổ gà to ở ngõ 63 đường Trần Phú")
        second.says("o ga ngo 63 duong tran phu nguy hiem qua")
        sees(second, "Có người đã báo")
        second.taps("Theo dõi chung")
        sees(second, "cùng theo dõi")
        first.says(row["code"])
        sees(first, "Hạn trả lời")
        first.taps("Rút lại")
        sees(first, "Còn người khác cũng báo việc này")
        first.taps("Rút lại")
        sees(first, "cán bộ vẫn xử lý; máy không nhắn tin")
        motcua.settle()
        [now] = motcua.rows("SELECT state, conversation_id FROM reports WHERE code = ?", row["code"])
        assert (now["state"], now["conversation_id"]) == ("moi", None)
        officer_does(motcua, row["code"], Move.FINISH, "Đã vá đường.")
        sees(second, "Đã vá đường")
        first.says(row["code"])
        sees(first, NOT_FOUND)

    def test_a_code_alone_opens_nothing(self, fake: FakeTelegram, motcua: Deployment) -> None:
        owner, stranger = someone(fake), someone(fake)
        row = report(motcua, owner, "cây đổ chắn ngang ngõ 52")
        for said in (
            row["code"],
            "A3K-7TQ-9CE",
            f"#phan-anh {row['code'].lower()}",
            f"#chua-xong {row['code'].lower()}",
        ):
            before = len(stranger.inbox)
            stranger.says(said)
            assert NOT_FOUND in stranger.wait_for(before + 1).text
        stranger.says(f"#bao-chung {row['code'].lower()}")
        sees(stranger, "không có phản ánh nào đang viết dở")
        owner.says(row["code"].replace("-", " ").lower())
        assert "cây đổ" in sees(owner, f"Phản ánh {row['code']}: Mới").text

    def test_a_deed_on_anothers_report_is_refused_even_below_the_dialogue(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        first, second = someone(fake), someone(fake)
        row = report(motcua, first, "vỉa hè ngõ 63 bị quán nhậu lấn chiếm")
        second.says("menu")
        second.wait_for(1)
        [other] = motcua.rows("SELECT id FROM conversations WHERE address = ?", str(second.id))

        async def deed(following: bool) -> None:
            async with motcua.service.store.write() as session:
                desk = _desk(motcua)
                if following:
                    found = await reports.report_of(session, desk.office_id, row["code"])
                    await reports.follow(session, found, other["id"], 1.0)
                make = Make(row["code"], Doing(Move.WITHDRAW, "citizen"))
                await carry_out(session, desk, other["id"], make, motcua.clock.now())

        for following in (False, True):
            with pytest.raises(Unknown):
                motcua.call(deed(following))
        assert reports_of(motcua, first)[0]["state"] == "moi"

    def test_another_communes_report_is_never_offered(self, fake: FakeTelegram, motcua: Deployment) -> None:
        first, second = someone(fake), someone(fake)
        row = report(motcua, first, "nước cống tràn lên ngõ 99 hôi lắm")

        async def elsewhere() -> None:
            async with motcua.service.store.write() as session:
                office = Office(slug="xa-ben-canh")
                session.add(office)
                await session.flush()
                found = await reports.report_of(session, _desk(motcua).office_id, row["code"])
                found.office_id = office.id

        motcua.call(elsewhere())
        second.says("nước cống tràn lên ngõ 99 hôi lắm")
        assert sees(second, "Có ảnh thì bà con gửi")
        assert "Có người đã báo" not in second.inbox[-1].text


class TestWaiting:
    """A draft outlives the process, not the week."""

    def test_a_draft_survives_a_restart_and_is_dropped_after_a_week(self, tmp_path: Path) -> None:
        fake = pushing(Clock())
        with on_telegram(tmp_path, fake) as motcua:
            person, other = someone(fake), someone(fake)
            for one in (person, other):
                one.says(LAMP)
                sees(one, "Có ảnh thì bà con gửi")
            other.sends_photo(encoded(street()))
            sees(other, "Máy đã nhận ảnh")
            motcua.settle()
        with on_telegram(tmp_path, fake) as motcua:
            motcua.wait_until(lambda: fake.webhook.url.startswith(motcua.url))
            person.taps("Bỏ qua")
            sees(person, "biết tên mình")
            person.taps("Không nêu tên")
            sees(person, "xem lại giúp máy")
            person.taps("Đồng ý gửi")
            sees(person, "Máy đã gửi phản ánh")
            motcua.settle()
            assert reports_of(motcua, person)[0]["words"] == LAMP
            motcua.later(7 * 86400 + 60)
            other.says("menu")
            sees(other, "quá 7 ngày")
            motcua.settle()
            assert reports_of(motcua, other) == []
            assert motcua.rows("SELECT * FROM attachments WHERE report_id IS NULL") == []

    def test_words_understood_as_an_emergency_get_the_number_at_once(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        person = someone(fake)
        person.says("chay nha roi cuu voi")
        assert "gọi ngay 114" in person.wait_for(1).text
