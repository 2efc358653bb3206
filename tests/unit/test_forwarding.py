"""Forwarding without a network: who can be reached, what is written to them, and what their answers mean."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.desk.categories import Categories, Category, Group
from bot.desk.life import STATE_NAMES, Move, Standing, State, possible
from bot.desk.outside import opaque
from bot.desk.outside.bodies import Bodies, Body, Open311Server, load_bodies
from bot.desk.outside.forwarding import Letter, reach
from bot.desk.outside.forwarding_email import Relay, compose
from bot.desk.outside.forwarding_open311 import Status
from bot.desk.outside.peer_moves import doing_of, notes_of
from bot.knowledge import KnowledgeError
from bot.offices import Office
from bot.settings import ROOT, Settings, SettingsError

POWER = "Công ty Điện lực"
OFFICE = Office(name="xã Ví Dụ", center="Trung tâm xã Ví Dụ", address="Số 1", hours=["sáng"], phone="0123")
LETTER = Letter(
    id=7,
    office_id=1,
    way="email",
    recipient=POWER,
    attempt=1,
    created_at=1_790_000_000.0,
    code="A3K-7TQ-9CE",
    category="den-duong",
    words="Đèn hỏng cả tuần.",
    place="ngõ 5",
    latitude=10.5,
    longitude=106.25,
    named=False,
    opened_at=1_790_000_000.0,
    said="Nhờ quý công ty xem.",
    photos=(),
)


def letter(**changes: object) -> Letter:
    return Letter(**{**vars(LETTER), **changes})  # type: ignore[arg-type]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def categories(bodies: Bodies | None = None, email: str = "") -> Categories:
    one = Category(id="den-duong", name="Đèn đường", body=POWER, ours=False, email=email)
    return Categories((Group(id="ha-tang", name="Hạ tầng", categories=(one,)),), bodies)


class TestBodies:
    def write(self, folder: Path, text: str) -> Path:
        file = folder / "bodies.yml"
        file.write_text(text, encoding="utf-8")
        return file

    def test_the_shipped_list_is_good(self) -> None:
        load_bodies(ROOT / "data" / "reports" / "bodies.yml")

    def test_a_name_is_found_however_it_is_spaced_and_cased(self) -> None:
        bodies = Bodies((Body(name=POWER, email="a@b.vn"),))
        assert bodies.get("  công TY  điện lực ") is not None
        assert bodies.get("Công ty Cấp nước") is None

    @pytest.mark.parametrize(
        ("entry", "field"),
        [
            ("{name: X, email: 'a@b.vn, c@d.vn'}", "email"),
            ('{name: X, email: "a@b.vn\\nBcc: c@d.vn"}', "email"),
            ("{name: X, open311: {url: 'http://example.vn/v2'}}", "open311.url"),
            ("{name: X, open311: {url: 'https://a:b@example.vn/v2'}}", "open311.url"),
            ("{name: X, open311: {url: 'file:///etc/passwd'}}", "open311.url"),
            ("{name: X, mail: a@b.vn}", "mail"),
        ],
    )
    def test_a_bad_entry_is_told_with_its_field(self, tmp_path: Path, entry: str, field: str) -> None:
        with pytest.raises(KnowledgeError, match=rf"bodies\.yml: field {field}"):
            load_bodies(self.write(tmp_path, f"bodies:\n  - {entry}\n"))

    @pytest.mark.parametrize("text", ["", "[]", "bodies: 3", "bodies: [", "other: []"])
    def test_a_file_that_is_no_list_is_told(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(KnowledgeError, match=r"bodies\.yml"):
            load_bodies(self.write(tmp_path, text))

    def test_a_name_twice_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(KnowledgeError, match="twice"):
            load_bodies(self.write(tmp_path, "bodies: [{name: A}, {name: a}]"))

    def test_the_address_of_a_category_reaches_its_body(self) -> None:
        found = reach(categories(email="tiepnhan@dienluc.vn"), POWER)
        assert found is not None
        assert found.email == "tiepnhan@dienluc.vn"
        assert reach(categories(), POWER) is None
        assert reach(categories(email="no address"), POWER) is None

    def test_what_a_server_has_no_code_for_is_not_sent_there(self) -> None:
        server = Open311Server(url="https://a.vn/v2/", services={"den-duong": "001"})
        assert (server.url, server.code_for("den-duong"), server.code_for("rac")) == ("https://a.vn/v2", "001", "")


class TestEmail:
    def test_it_tells_what_where_and_what_the_officer_says(self) -> None:
        message = compose(letter(), Body(name=POWER), OFFICE, "Đèn đường", {})
        text = text_of(message)
        assert message["Subject"] == "Phản ánh A3K-7TQ-9CE: Đèn đường – xã Ví Dụ"
        for part in (POWER, "Đèn hỏng cả tuần.", "ngõ 5", "10.500000,106.250000", "Nhờ quý công ty xem.", "0123"):
            assert part in text
        assert "Người phản ánh" not in text

    def test_that_the_office_knows_who_it_is_is_told_and_no_more(self) -> None:
        text = text_of(compose(letter(named=True), Body(name=POWER), OFFICE, "Đèn đường", {}))
        assert "Người phản ánh có nêu tên với đơn vị" in text

    def test_photos_that_are_too_large_together_are_told_of(self) -> None:
        photos = {"a": b"1" * 9_000_000, "b": b"2" * 9_000_000}
        message = compose(letter(photos=("a", "b")), Body(name=POWER), OFFICE, "Đèn đường", photos)
        assert [part.get_filename() for part in message.iter_attachments()] == ["A3K-7TQ-9CE-1.jpg"]
        assert "Còn 1 ảnh không gửi kèm được" in text_of(message)

    @given(st.text(), st.text(), st.text())
    def test_no_words_become_headers(self, words: str, place: str, category: str) -> None:
        sent = compose(letter(words=words, place=place), Body(name=POWER), OFFICE, category, {})
        read = message_from_bytes(sent.as_bytes(policy=policy.SMTP), policy=policy.default)
        assert set(read.keys()) == {
            "Subject",
            "Auto-Submitted",
            "Content-Type",
            "Content-Transfer-Encoding",
            "MIME-Version",
        }
        assert "\n" not in read["Subject"]

    def test_a_line_that_looks_like_a_header_stays_in_the_subject(self) -> None:
        sent = compose(letter(), Body(name=POWER), OFFICE, "Đèn\r\nBcc: ke-xau@example.vn", {})
        assert sent["Bcc"] is None
        assert "Bcc: ke-xau@example.vn" in sent["Subject"]


class TestRelay:
    def of(self, url: str, sender: str = "motcua@xa.vn") -> Relay | None:
        return Relay.of(Settings(_env_file=None, smtp_url=SecretStr(url), smtp_from=sender))

    def test_the_address_is_taken_apart(self) -> None:
        assert self.of("smtps://a%40b:p%2F@mail.vn") == Relay("mail.vn", 465, True, "a@b", "p/", "motcua@xa.vn")
        assert self.of("smtp://mail.vn:25") == Relay("mail.vn", 25, False, "", "", "motcua@xa.vn")
        assert self.of("") is None

    @pytest.mark.parametrize("url", ["http://mail.vn", "mail.vn", "smtp://", "smtp://mail.vn:port", "smtp://[::1"])
    def test_another_address_stops_the_start(self, url: str) -> None:
        with pytest.raises(SettingsError, match="MOTCUA_SMTP_URL"):
            self.of(url)

    @pytest.mark.parametrize("sender", ["", "xa", "a@b, c@d", "a@b\nBcc: c@d", "Xã <a@b.vn>"])
    def test_another_sender_stops_the_start(self, sender: str) -> None:
        with pytest.raises(SettingsError, match="MOTCUA_SMTP_FROM"):
            self.of("smtp://mail.vn", sender)


class TestWhatAPeerSays:
    def moves(self, state: State) -> tuple[Move, ...]:
        return possible(Standing(state), "peer", 0.0)

    def doing(self, closed: bool, notes: str, state: State = State.FORWARDED, agency: str = "") -> object:
        doing = doing_of(Status("1", closed, notes, agency), POWER, self.moves(state))
        return doing and (doing.move, doing.words, doing.responsible)

    def test_open_without_notes_says_nothing(self) -> None:
        assert self.doing(False, "") is None

    def test_notes_are_passed_on_with_the_name_of_who_says_so(self) -> None:
        assert self.doing(False, "Chờ vật tư") == (Move.ANSWER, f"{POWER} trả lời: Chờ vật tư", "")

    def test_numbers_of_people_are_covered(self) -> None:
        assert "0912345678" not in str(self.doing(False, "Gọi 0912345678"))

    def test_closed_is_done(self) -> None:
        assert self.doing(True, "") == (Move.FINISH, f"{POWER} báo đã xử lý xong.", "")
        assert self.doing(True, "Đã thay bóng") == (Move.FINISH, f"{POWER} trả lời: Đã thay bóng", "")

    def test_states_of_another_mot_cua_are_understood(self) -> None:
        assert self.doing(False, notes_of(State.IN_PROGRESS, "")) == (Move.START, "", "")
        assert self.doing(True, notes_of(State.DONE, "Xong")) == (Move.FINISH, f"{POWER} trả lời: Xong", "")
        assert self.doing(False, notes_of(State.ACKNOWLEDGED, "")) is None

    def test_a_refusal_that_names_who_is_responsible_is_one(self) -> None:
        notes = notes_of(State.NOT_OURS, "Việc của bên nước")
        doing = self.doing(True, notes, agency="Công ty Cấp nước")
        assert doing == (Move.REFUSE, f"{POWER} trả lời: Việc của bên nước", "Công ty Cấp nước")

    def test_a_refusal_that_names_nobody_is_told_and_left_to_the_officer(self) -> None:
        doing = self.doing(True, notes_of(State.NOT_OURS, "Không nhận"), agency=POWER)
        assert doing == (Move.ANSWER, f"{POWER} trả lời: Không nhận", "")

    def test_a_duplicate_there_is_not_done_here(self) -> None:
        assert self.doing(True, notes_of(State.DUPLICATE, "")) == (Move.ANSWER, f"{POWER} trả lời: trùng.", "")

    @given(st.booleans(), st.text() | st.sampled_from(list(STATE_NAMES.values())), st.text(), st.sampled_from(State))
    def test_only_possible_moves_come_of_it(self, closed: bool, notes: str, agency: str, state: State) -> None:
        doing = doing_of(Status("1", closed, notes, agency), POWER, self.moves(state))
        assert doing is None or doing.move in self.moves(state)


class TestOpaqueNumbers:
    @given(st.integers(0, 2**63 - 1), st.binary(min_size=1))
    def test_a_number_comes_back(self, number: int, key: bytes) -> None:
        assert opaque.reveal(key, opaque.hide(key, number)) == number

    @given(st.text(max_size=20))
    def test_anything_else_reveals_nothing_that_would_not_hide_so(self, text: str) -> None:
        number = opaque.reveal(b"key", text)
        assert number is None or opaque.hide(b"key", number) == text

    def test_neighbours_look_unlike_and_another_key_reads_nothing_of_use(self) -> None:
        first, second = opaque.hide(b"key", 1), opaque.hide(b"key", 2)
        assert sum(a == b for a, b in zip(first, second, strict=True)) < 6
        assert opaque.reveal(b"other", first) != 1
