"""Photos: what is taken and what is not, what is left of a file, and what becomes of those that nobody needs."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot import inbox
from bot.channels.channel import NotFetched
from bot.desk.deeds import KeepPhoto
from bot.desk.images import pictures
from bot.desk.images.photos import Declined, Kept, Photos
from bot.desk.images.pictures import cleaned, lighter
from bot.desk.images.sweep import sweep
from bot.desk.tables import Attachment
from bot.desk.view import PHOTOS_WITHIN, View
from bot.store import Store, migrate
from tests.pictures import CARD, CARD_WITHOUT_OLD_NUMBER, code, decoded, encoded, street, with_code, with_notes

DAY = 24 * 3600.0
T = TypeVar("T")


def refusal(content: bytes) -> str:
    with pytest.raises(Declined) as declined:
        cleaned(content)
    return declined.value.words


def keep(photos: Photos, content: bytes) -> Kept:
    return asyncio.run(photos.keep(content))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def photos(tmp_path: Path) -> Photos:
    return Photos(tmp_path / "photos")


class TestWhatIsLeftOfAPhoto:
    def test_it_is_a_jpeg_of_at_most_1600_pixels(self) -> None:
        kept = decoded(cleaned(encoded(street(3200, 1800))))
        assert (kept.format, kept.size) == ("JPEG", (1600, 900))

    def test_a_small_one_keeps_its_size(self) -> None:
        assert decoded(cleaned(encoded(street(300, 200)))).size == (300, 200)

    def test_place_maker_and_hidden_words_are_gone_and_it_stands_upright(self) -> None:
        given = with_notes()
        assert b"bi mat" in given
        assert decoded(given).getexif()
        cleaned_one = cleaned(given)
        kept = decoded(cleaned_one)
        assert kept.size == (900, 1200)
        assert not kept.getexif()
        assert not {"comment", "icc_profile", "exif", "xmp"} & kept.info.keys()
        for secret in (b"bi mat", b"giau trong anh", "bí mật".encode(), b"Exif"):
            assert secret not in cleaned_one
        # The hole in the road lay in the lower middle; a quarter turn clockwise puts it on the left.
        assert kept.convert("L").getpixel((180, 500)) < 60

    @pytest.mark.parametrize("turn", range(1, 9))
    def test_it_stands_upright_however_the_camera_was_held(self, turn: int) -> None:
        """Pillow's own reader of the note is asked for comparison."""
        from PIL import ImageOps

        exif = Image.Exif()
        exif[0x0112] = turn
        given = encoded(street(400, 240), quality=95, exif=exif)
        upright = ImageOps.exif_transpose(decoded(given)).convert("L").resize((16, 16))
        kept = decoded(cleaned(given)).convert("L").resize((16, 16))
        assert max(abs(a - b) for a, b in zip(upright.tobytes(), kept.tobytes(), strict=True)) < 16

    @pytest.mark.parametrize(
        ("kind", "mode"),
        [("JPEG", mode) for mode in ("RGB", "L", "1", "CMYK")]
        + [("PNG", mode) for mode in ("RGB", "L", "P", "RGBA", "LA", "1", "I;16")]
        + [("WEBP", mode) for mode in ("RGB", "L", "P", "RGBA", "LA")],
    )
    def test_every_usual_kind_and_colour_is_taken(self, kind: str, mode: str) -> None:
        image = street(200, 150).convert("L").convert(mode) if mode == "I;16" else street(200, 150).convert(mode)
        assert decoded(cleaned(encoded(image, kind))).size == (200, 150)

    def test_what_is_see_through_becomes_white(self) -> None:
        kept = decoded(cleaned(encoded(Image.new("RGBA", (40, 40), (200, 0, 0, 0)), "PNG")))
        assert kept.getpixel((20, 20)) == (255, 255, 255)

    def test_a_lighter_one_fits_what_a_platform_takes(self) -> None:
        noise = Image.frombytes("RGB", (1600, 1600), os.urandom(1600 * 1600 * 3))
        heavy = cleaned(encoded(noise, quality=95))
        assert len(heavy) > 1024 * 1024
        light = lighter(heavy, 1024 * 1024)
        assert len(light) <= 1024 * 1024
        assert decoded(light).format == "JPEG"
        assert lighter(light, 1024 * 1024) is light


class TestWhatIsNotTaken:
    def test_an_empty_file(self) -> None:
        assert refusal(b"") == pictures.EMPTY

    def test_more_than_eight_megabytes(self) -> None:
        assert refusal(b"\xff\xd8\xff" + bytes(8 * 1024 * 1024)) == pictures.TOO_HEAVY

    def test_a_picture_of_more_than_forty_megapixels_however_small_its_file(self) -> None:
        bomb = encoded(Image.new("1", (8000, 5001)), "PNG")
        assert len(bomb) < 20_000
        assert refusal(bomb) == pictures.TOO_WIDE

    def test_a_picture_so_large_that_the_decoder_itself_warns(self) -> None:
        assert refusal(encoded(Image.new("1", (14_000, 13_000)), "PNG")) == pictures.TOO_WIDE

    @pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
    def test_an_iphones_own_kind_with_advice(self, brand: bytes) -> None:
        words = refusal(b"\x00\x00\x00\x18ftyp" + brand + bytes(40))
        assert words == pictures.UNKNOWN_KIND
        assert "chụp lại màn hình" in words

    @pytest.mark.parametrize(
        "content",
        [
            b"GIF89a" + bytes(30),
            b"%PDF-1.7",
            b"PK\x03\x04",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<html>",
            b"RIFF\x00\x00\x00\x00WAVE",
            b"\x00\x00\x00\x18ftypmp42",
            b"\xff\xd8\xff\xe0" + bytes(200) + b"\xff\xd9",
            b"BM" + bytes(60),
        ],
    )
    def test_what_is_no_photo_whatever_its_name_says(self, content: bytes) -> None:
        assert refusal(content) == pictures.NO_PICTURE

    def test_a_photo_cut_off_on_the_way(self) -> None:
        whole = encoded(street())
        assert refusal(whole[: len(whole) // 2]) == pictures.NO_PICTURE

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_a_spoilt_file_is_declined_or_taken_but_never_an_error(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))
        content = bytearray(_SMALL[kind])
        for _ in range(data.draw(st.integers(1, 12))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        spoilt = bytes(content[: data.draw(st.integers(0, len(content)))])
        try:
            kept = cleaned(spoilt)
        except Declined:
            return
        assert decoded(kept).format == "JPEG"


_SMALL = {kind: encoded(street(64, 48), kind, exif=decoded(with_notes()).getexif()) for kind in ("JPEG", "PNG", "WEBP")}


class TestAnIdentityCard:
    @pytest.mark.parametrize("text", [CARD, CARD_WITHOUT_OLD_NUMBER])
    @pytest.mark.parametrize(("side", "turned"), [(420, 0), (260, 0), (420, 90), (420, 17)])
    def test_is_declined_by_the_code_on_it(self, text: str, side: int, turned: int) -> None:
        assert refusal(encoded(with_code(text, side, turned))) == pictures.ID_CARD

    def test_is_declined_in_a_phones_large_photo_where_the_code_is_a_small_part(self) -> None:
        image = street(4000, 3000)
        image.paste(code(CARD, 560), (2200, 900))
        assert refusal(encoded(image)) == pictures.ID_CARD

    @pytest.mark.parametrize(
        "text",
        [
            "https://dichvucong.gov.vn/p/home/dvc-trang-chu.html",
            "00020101021138540010A00000072701240006970436011012345678900208QRIBFTTA53037045802VN6304ABCD",
            "0123456789012",
            "001099012345",
            "tin|bài|ảnh|01011999|x",
            "WIFI:T:WPA;S:Mot Cua;P:chaobacon;;",
        ],
    )
    def test_is_not_what_other_codes_are(self, text: str) -> None:
        assert cleaned(encoded(with_code(text)))

    def test_is_not_seen_in_a_street(self) -> None:
        assert cleaned(encoded(street()))

    def test_leaves_no_trace_on_the_disk(self, photos: Photos, tmp_path: Path) -> None:
        with pytest.raises(Declined):
            keep(photos, encoded(with_code(CARD)))
        assert files(tmp_path) == []


class TestKeeping:
    def test_the_file_is_named_by_its_content_and_readable_by_this_user_alone(self, photos: Photos) -> None:
        kept = keep(photos, encoded(street()))
        path = photos.path(kept.file)
        assert path.parts[-3:] == (kept.file[:2], kept.file[2:4], kept.file)
        assert path.stat().st_size == kept.size == len(photos.read(kept.file))
        assert path.stat().st_mode & 0o777 == 0o600
        assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in path.parents[:3])

    def test_the_same_photo_twice_is_one_file_and_counts_as_kept_now(self, photos: Photos, tmp_path: Path) -> None:
        first = keep(photos, encoded(street()))
        os.utime(photos.path(first.file), (1.0, 1.0))
        assert keep(photos, encoded(street())) == first
        assert len(files(tmp_path)) == 1
        assert photos.path(first.file).stat().st_mtime > time.time() - 60

    def test_what_was_kept_already_is_not_encoded_again(self, photos: Photos, tmp_path: Path) -> None:
        first = keep(photos, encoded(street()))
        assert keep(photos, photos.read(first.file)) == first
        assert len(files(tmp_path)) == 1

    def test_a_write_that_fails_leaves_nothing(
        self, photos: Photos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError("no space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            keep(photos, encoded(street()))
        assert files(tmp_path) == []

    @pytest.mark.parametrize(
        "name",
        ["", "../secret_key", "a" * 64, "A" * 64 + ".jpg", "a" * 64 + ".jpg/..", "a" * 64 + ".jpg\n", "/etc/passwd"],
    )
    def test_a_name_that_is_none_of_ours_leads_nowhere(self, photos: Photos, name: str) -> None:
        with pytest.raises(ValueError, match="no name of a photo"):
            photos.read(name)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite+aiosqlite:///{folder}/motcua.db")
    try:
        yield store
    finally:
        await store.close()


def on_store(folder: Path, work: Callable[[Store], Awaitable[T]]) -> T:
    migrate(f"sqlite+aiosqlite:///{folder}/motcua.db")

    async def run() -> T:
        async with opened(folder) as store:
            return await work(store)

    return asyncio.run(run())


class TestSweeping:
    def test_only_old_files_that_nothing_names_go(self, photos: Photos, tmp_path: Path) -> None:
        named, nobodys = keep(photos, encoded(street())), keep(photos, encoded(street(shade=50)))
        half = photos.path(named.file).with_name("tmp1.part")
        half.write_bytes(b"half")

        async def work(store: Store) -> tuple[int, int]:
            now = time.time()
            async with store.write() as session:
                session.add(Attachment(file=named.file, size=named.size, created_at=now))
            young = await sweep(store, photos, now)
            return young, await sweep(store, photos, now + DAY + 60)

        assert on_store(tmp_path, work) == (0, 2)
        assert photos.path(named.file).exists()
        assert not photos.path(nobodys.file).exists()
        assert not half.exists()

    def test_a_draft_that_nobody_sent_is_forgotten_after_eight_days_with_its_file(
        self, photos: Photos, tmp_path: Path
    ) -> None:
        kept = keep(photos, encoded(street()))

        async def work(store: Store) -> list[int]:
            now = time.time()
            async with store.write() as session:
                session.add(Attachment(file=kept.file, size=kept.size, created_at=now))
            return [await sweep(store, photos, now + days * DAY) for days in (7.9, 8.1)]

        assert on_store(tmp_path, work) == [0, 1]
        assert not photos.path(kept.file).exists()

    def test_a_file_that_is_kept_anew_meanwhile_stays(self, photos: Photos) -> None:
        kept = keep(photos, encoded(street()))
        path, moment = photos.path(kept.file), time.time() - DAY
        os.utime(path, (1.0, 1.0))
        assert list(photos.older_than(moment)) == [path]
        keep(photos, encoded(street()))
        assert not photos.delete(path, moment)
        assert path.exists()


class TestAPhotoOfAMessage:
    """What an action gets from the desk for one."""

    def kept(self, photos: Photos, fetch: Callable[[str], Awaitable[bytes]]) -> KeepPhoto | str:
        nothing: Any = None
        return asyncio.run(View(nothing, nothing, 1, "web", 0.0, fetch, photos).keep("its-name"))

    def test_is_fetched_by_its_name_and_kept(self, photos: Photos) -> None:
        async def fetch(name: str) -> bytes:
            assert name == "its-name"
            return encoded(street())

        deed = self.kept(photos, fetch)
        assert isinstance(deed, KeepPhoto)
        assert len(photos.read(deed.file)) == deed.size

    def test_is_declined_in_words_for_the_person(self, photos: Photos) -> None:
        async def fetch(_: str) -> bytes:
            return encoded(with_code(CARD))

        assert self.kept(photos, fetch) == pictures.ID_CARD

    def test_that_is_gone_for_good_is_asked_for_again(self, photos: Photos) -> None:
        async def fetch(_: str) -> bytes:
            raise NotFetched("gone", lasting=True)

        words = self.kept(photos, fetch)
        assert isinstance(words, str)
        assert "gửi lại" in words

    def test_that_cannot_be_fetched_now_has_the_turn_repeated(self, photos: Photos) -> None:
        async def fetch(_: str) -> bytes:
            raise NotFetched("timeout")

        with pytest.raises(NotFetched):
            self.kept(photos, fetch)

    def test_those_that_do_not_come_in_time_are_asked_for_again_and_the_others_are_kept(self, photos: Photos) -> None:
        nothing: Any = None

        async def fetch(name: str) -> bytes:
            if name == "quick":
                return encoded(street())
            await asyncio.Event().wait()  # a platform that never answers
            raise AssertionError

        async def whole() -> list[KeepPhoto | str]:
            until = time.monotonic() + 3.0
            view = View(nothing, nothing, 1, "telegram", 0.0, fetch, photos, until)
            async with asyncio.timeout(20.0):
                return [await view.keep(name) for name in ("quick", "slow", "slower")]

        first, *others = asyncio.run(whole())
        assert isinstance(first, KeepPhoto)
        assert all(isinstance(one, str) and "gửi lại từng ảnh" in one for one in others)

    def test_all_of_a_message_are_given_up_before_another_worker_takes_it(self) -> None:
        assert PHOTOS_WITHIN < inbox.LEASE - 10.0
