"""Photos and places on Telegram: taken in, and sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.desk.images import pictures
from bot.messages import Choice, Reply
from tests.fakes.clock import Clock
from tests.fakes.telegram import FakeTelegram
from tests.integration.deployment import Deployment
from tests.integration.photos import KINDS, TAKEN, attachments, kept, push
from tests.integration.telegram import on_telegram, pushing, someone
from tests.pictures import CARD, decoded, encoded, street, with_code, with_notes


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeTelegram:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeTelegram) -> Iterator[Deployment]:
    with on_telegram(folder, fake, kinds=KINDS) as deployment:
        yield deployment


class TestTakingIn:
    def test_the_largest_size_is_kept_clean_with_its_caption(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        person.sends_photo(with_notes(), "ổ gà đầu ngõ 5")
        shown = person.wait_for(1)
        assert TAKEN in shown.text
        assert "ổ gà đầu ngõ 5" in shown.text
        [row] = attachments(motcua, person.id)
        content = motcua.service.photos.read(row["file"])
        assert decoded(content).size == (900, 1200)
        assert not decoded(content).getexif()
        assert row["report_id"] is None

    def test_a_picture_sent_as_a_file_is_a_photo(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        file_id = fake.add_file("anh.png", encoded(street(), "PNG"))
        document = {"file_id": file_id, "file_unique_id": "u", "file_name": "anh.png", "mime_type": "image/png"}
        person.sends({"document": document})
        assert TAKEN in person.wait_for(1).text
        assert len(attachments(motcua, person.id)) == 1

    def test_a_file_that_is_no_picture_is_none(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        document = {"file_id": "x", "file_unique_id": "u", "file_name": "don.pdf", "mime_type": "application/pdf"}
        person.sends({"document": document})
        assert TAKEN not in person.wait_for(1).text

    def test_an_album_is_kept_one_by_one(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        for shade in (10, 40, 70):
            person.sends_photo(encoded(street(shade=shade)))
        person.wait_for(3)
        assert len({row["file"] for row in attachments(motcua, person.id)}) == 3

    def test_an_identity_card_is_declined_and_nowhere_kept(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        before = set(Path(motcua.settings.photos).rglob("*.jpg"))
        person.sends_photo(encoded(with_code(CARD)))
        assert pictures.ID_CARD in person.wait_for(1).text
        assert attachments(motcua, person.id) == []
        assert set(Path(motcua.settings.photos).rglob("*.jpg")) == before
        assert "001099012345" not in motcua.everything_stored() + motcua.logged

    def test_a_file_that_telegram_no_longer_has_is_asked_for_again(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        person = someone(fake)
        fake.fail_next(400, on="/getFile")
        person.sends_photo(encoded(street()))
        assert "gửi lại ảnh" in person.wait_for(1).text

    @pytest.mark.parametrize("failing", ["/getFile", "/photo.jpg"])
    def test_a_failing_download_is_tried_again_with_the_turn(
        self, fake: FakeTelegram, motcua: Deployment, failing: str
    ) -> None:
        person = someone(fake)
        fake.fail_next(502, on=failing)
        person.sends_photo(encoded(street()))
        motcua.wait_until(lambda: motcua.events(person.id)[0]["error"])
        assert person.inbox == []
        motcua.later(3)
        assert TAKEN in person.wait_for(1).text
        motcua.settle()
        assert len(person.inbox) == 1

    def test_the_bots_token_is_not_in_the_log(self, fake: FakeTelegram, motcua: Deployment) -> None:
        assert fake.token not in motcua.logged

    def test_a_point_on_the_map_and_a_place_with_a_name(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        person.sends_place(10.7642473, 106.656323)
        assert person.wait_for(1).text.startswith("10.7642 106.6563")
        person.sends_place(21.03, 105.85, "Chợ Ví Dụ")
        assert person.wait_for(2).text.startswith("21.0300 105.8500 Chợ Ví Dụ, Thôn 2")


class TestSending:
    def test_the_words_come_first_then_each_photo(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        person.says("xin chào")
        person.wait_for(1)
        files = [kept(motcua, encoded(street(shade=shade))) for shade in (5, 25)]
        choice = Choice(label="Xem", payload="#menu")
        push(motcua, person.id, Reply(text="Đơn vị báo đã xử lý xong.", photos=tuple(files), choices=(choice,)))
        person.wait_for(4)
        words, *photos = person.inbox[1:]
        assert (words.text, words.buttons) == ("Đơn vị báo đã xử lý xong.", ["Xem"])
        assert [fake.file(photo.file_id) for photo in photos] == [motcua.service.photos.read(file) for file in files]

    def test_a_photo_that_fails_is_tried_again_without_the_words(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        person.says("xin chào")
        person.wait_for(1)
        fake.fail_next(502, on="/sendPhoto")
        file = kept(motcua, encoded(street(shade=35)))
        push(motcua, person.id, Reply(text="Đã xong.", photos=(file,)))
        motcua.wait_until(lambda: motcua.replies(person.id)[-1]["attempts"] == 1)
        assert person.wait_for(2).text == "Đã xong."
        motcua.later(3)
        person.wait_for(3)
        motcua.settle()
        assert len(person.inbox) == 3
        assert fake.file(person.inbox[2].file_id) == motcua.service.photos.read(file)

    def test_a_photo_that_is_gone_loses_no_words(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = someone(fake)
        person.says("xin chào")
        person.wait_for(1)
        push(motcua, person.id, Reply(text="Đã xong.", photos=("0" * 64 + ".jpg",)), Reply(text="Cảm ơn bà con."))
        assert person.wait_for(3).text == "Cảm ơn bà con."
        motcua.settle()
        assert [row["state"] for row in motcua.replies(person.id)] == ["sent", "sent", "undeliverable", "sent"]
