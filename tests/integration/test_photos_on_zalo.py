"""Photos and places on Zalo: fetched from its CDN alone, and sent through its uploads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.messages import Reply
from tests.fakes.clock import Clock
from tests.fakes.zalo import JPEG, FakeZalo
from tests.integration.deployment import Deployment
from tests.integration.photos import KINDS, TAKEN, attachments, kept, push
from tests.integration.zalo import on_zalo, pushing
from tests.pictures import decoded, encoded, street, with_notes

UPLOAD = "/v2.0/oa/upload/image"
SENDING = "/v3.0/oa/message/cs"
WEEK = 7 * 24 * 3600


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeZalo:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeZalo) -> Iterator[Deployment]:
    with on_zalo(folder, fake, kinds=KINDS) as deployment:
        yield deployment


def image(*addresses: object) -> dict[str, Any]:
    return {"attachments": [{"type": "image", "payload": {"url": address}} for address in addresses]}


class TestTakingIn:
    def test_a_photo_is_fetched_and_kept_clean_with_its_words(self, fake: FakeZalo, motcua: Deployment) -> None:
        person = fake.person()
        person.sends_photo(with_notes(), "đèn đường hỏng")
        shown = person.wait_for(1)
        assert TAKEN in shown.text
        assert "đèn đường hỏng" in shown.text
        [row] = attachments(motcua, person.id)
        content = motcua.service.photos.read(row["file"])
        assert decoded(content).size == (900, 1200)
        assert not decoded(content).getexif()

    def test_several_photos_of_one_message_are_all_kept(self, fake: FakeZalo, motcua: Deployment) -> None:
        person = fake.person()
        addresses = [fake.add_photo(encoded(street(shade=shade))) for shade in (1, 2)]
        person.sends("image", image(*addresses))
        assert person.wait_for(1).text.count(TAKEN) == 2
        assert len(attachments(motcua, person.id)) == 2

    @pytest.mark.parametrize(
        "address",
        [
            "http://169.254.169.254/latest/meta-data/",
            "http://127.0.0.1:1/x.jpg",
            "http://localhost/x.jpg",
            "https://zdn.vn.example.com/x.jpg",
            "https://evilzdn.vn/x.jpg",
            "https://zdn.vn@example.com/x.jpg",
            "https://user:pass@f20-zpc.zdn.vn/x.jpg",
            "https://f20-zpc.zdn.vn:8443/x.jpg",
            "file:///etc/passwd",
            "ftp://f20-zpc.zdn.vn/x.jpg",
            "https://[::1]/x.jpg",
            "//f20-zpc.zdn.vn/x.jpg",
            "x.jpg",
            "https://zdn.vn\\@127.0.0.1/",
            " ",
        ],
    )
    def test_nothing_is_fetched_from_elsewhere(self, fake: FakeZalo, motcua: Deployment, address: str) -> None:
        person = fake.person()
        person.sends("image", image(address))
        assert "gửi lại ảnh" in person.wait_for(1).text
        assert attachments(motcua, person.id) == []

    @pytest.mark.parametrize("name", ["private.jpg", "gone.jpg"])
    def test_a_redirect_is_not_followed_and_what_is_gone_is_asked_for_again(
        self, fake: FakeZalo, motcua: Deployment, name: str
    ) -> None:
        person = fake.person()
        person.sends("image", image(f"{fake.media_url}/{name}"))
        assert "gửi lại ảnh" in person.wait_for(1).text

    def test_a_huge_file_is_not_read_to_its_end(self, fake: FakeZalo, motcua: Deployment) -> None:
        person = fake.person()
        person.sends("image", image(f"{fake.media_url}/huge.jpg"))
        assert "hơn 8 MB" in person.wait_for(1).text

    def test_what_only_begins_like_a_photo_is_declined(self, fake: FakeZalo, motcua: Deployment) -> None:
        person = fake.person()
        person.sends_photo(JPEG)
        assert "không phải là ảnh" in person.wait_for(1).text

    @pytest.mark.parametrize("failure", [503, "reset"])
    def test_a_failing_cdn_has_the_turn_repeated(self, fake: FakeZalo, motcua: Deployment, failure: Any) -> None:
        person = fake.person()
        address = fake.add_photo(encoded(street()))
        fake.fail_next(failure, on=address.rpartition("/")[2])
        person.sends("image", image(address))
        motcua.wait_until(lambda: motcua.events(person.id)[0]["error"])
        motcua.later(3)
        assert TAKEN in person.wait_for(1).text

    @pytest.mark.parametrize(
        "message",
        [
            {},
            {"attachments": None},
            {"attachments": "x"},
            {"attachments": [None, 1, "x"]},
            {"attachments": [{"payload": None}]},
            {"attachments": [{"payload": {"url": None}}]},
            {"attachments": [{"payload": {"url": {"a": 1}}}]},
        ],
    )
    def test_a_photo_without_an_address_is_no_error(
        self, fake: FakeZalo, motcua: Deployment, message: dict[str, Any]
    ) -> None:
        person = fake.person()
        person.sends("image", message)
        assert person.wait_for(1).text.startswith("Lời kèm")

    def test_a_point_on_the_map(self, fake: FakeZalo, motcua: Deployment) -> None:
        person = fake.person()
        person.sends_place(10.7642473, 106.656323)
        assert person.wait_for(1).text.startswith("10.7642 106.6563")

    @pytest.mark.parametrize(
        "point",
        [
            None,
            {},
            {"latitude": "x", "longitude": "1"},
            {"latitude": "91", "longitude": "1"},
            {"latitude": "nan", "longitude": "nan"},
        ],
    )
    def test_a_point_that_is_none_is_no_error(self, fake: FakeZalo, motcua: Deployment, point: Any) -> None:
        person = fake.person()
        person.sends("location", {"attachments": [{"type": "location", "payload": {"coordinates": point}}]})
        assert person.wait_for(1).text.startswith("không rõ chỗ")


class TestSending:
    def test_the_words_come_first_then_each_photo(self, fake: FakeZalo, motcua: Deployment) -> None:
        person = fake.person()
        person.says("xin chào")
        person.wait_for(1)
        files = [kept(motcua, encoded(street(shade=shade))) for shade in (11, 12)]
        push(motcua, person.id, Reply(text="Đã xong.", photos=tuple(files)))
        person.wait_for(4)
        words, *photos = person.inbox[1:]
        assert words.text == "Đã xong."
        assert [fake.upload(photo.asset) for photo in photos] == [motcua.service.photos.read(file) for file in files]

    def test_a_photo_for_several_people_is_uploaded_once(self, fake: FakeZalo, motcua: Deployment) -> None:
        people = [fake.person(), fake.person()]
        file = kept(motcua, encoded(street(shade=13)))
        before = len(fake.requests(UPLOAD))
        for person in people:
            person.says("xin chào")
            person.wait_for(1)
            push(motcua, person.id, Reply(text="Đã xong.", photos=(file,)))
            person.wait_for(3)
        assert len(fake.requests(UPLOAD)) == before + 1

    def test_an_expired_upload_is_repeated_once(self, fake: FakeZalo, motcua: Deployment) -> None:
        person = fake.person()
        file = kept(motcua, encoded(street(shade=14)))
        for number in (1, 3):
            person.says("xin chào")
            person.wait_for(number)
            push(motcua, person.id, Reply(text="", photos=(file,)))
            person.wait_for(number + 1)
            motcua.later(WEEK + 60)
        assert [fake.upload(person.inbox[at].asset) for at in (1, 3)] == [motcua.service.photos.read(file)] * 2
        assert person.inbox[1].asset != person.inbox[3].asset

    def test_a_photo_too_heavy_for_zalo_is_sent_lighter(self, fake: FakeZalo, motcua: Deployment) -> None:
        person = fake.person()
        person.says("xin chào")
        person.wait_for(1)
        noise = Image.frombytes("RGB", (1600, 1600), os.urandom(1600 * 1600 * 3))
        file = kept(motcua, encoded(noise, quality=90))
        assert motcua.service.photos.path(file).stat().st_size > 1024 * 1024
        push(motcua, person.id, Reply(text="Đã xong.", photos=(file,)))
        assert len(fake.upload(person.wait_for(3).asset)) <= 1024 * 1024

    @pytest.mark.parametrize(("failure", "on"), [(-200, UPLOAD), ("reset", UPLOAD), (-200, SENDING), (502, UPLOAD)])
    def test_a_photo_that_fails_is_tried_again_without_the_words(
        self, fake: FakeZalo, motcua: Deployment, failure: Any, on: str
    ) -> None:
        person = fake.person()
        person.says("xin chào")
        person.wait_for(1)
        push(motcua, person.id, Reply(text="Đã xong."))
        person.wait_for(2)
        file = kept(motcua, encoded(street(shade=os.urandom(1)[0] % 100, width=700 + os.urandom(1)[0])))
        fake.fail_next(failure, on=on)
        push(motcua, person.id, Reply(text="", photos=(file,)))
        motcua.wait_until(lambda: motcua.replies(person.id)[-1]["attempts"] == 1)
        motcua.later(3)
        person.wait_for(3)
        motcua.settle()
        assert [shown.text for shown in person.inbox[1:]] == ["Đã xong.", ""]

    def test_the_echo_of_a_photo_confirms_no_other_message(self, fake: FakeZalo, motcua: Deployment) -> None:
        person = fake.person()
        person.says("xin chào")
        person.wait_for(1)
        files = tuple(kept(motcua, encoded(street(shade=shade, width=640))) for shade in (15, 16))
        push(motcua, person.id, Reply(text="Đã xong.", photos=files))
        person.wait_for(4)
        motcua.settle()
        assert [fake.upload(shown.asset) for shown in person.inbox[2:]] == [
            motcua.service.photos.read(file) for file in files
        ]
