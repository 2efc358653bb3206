"""The officers' group: what of it is the bot's business, and what it reads about a report."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import Envelope
from bot.channels.telegram.groups import place_of
from bot.channels.telegram.reading import read_update
from bot.desk.categories import Categories, Category, Group
from bot.desk.codes import new_code
from bot.desk.groups import group_talk
from bot.desk.groups.group_moves import body_and_words
from bot.desk.groups.group_words import FORWARD_TO, buttons, moment, of_move
from bot.desk.life import Move, State
from bot.desk.outside.bodies import Bodies, Body
from bot.desk.tables import Report, ReportEvent
from bot.messages import Incoming, Reply
from bot.payloads import parse_payload, payload

ME = 123456
_CHAT = {"id": -100_5, "type": "supergroup", "title": "Tổ một cửa", "is_forum": True}
_USER = {"id": 82_001, "is_bot": False, "first_name": "Hoa"}
_BOT = {"id": ME, "is_bot": True, "first_name": "Một Cửa"}
_POST = {"message_id": 4, "date": 1, "chat": _CHAT, "from": _BOT, "text": "Phản ánh mới"}


def said(**content: Any) -> Envelope:
    """A message in the group."""
    message = {"message_id": 5, "date": 1, "chat": _CHAT, "from": _USER, **content}
    return read_update({"update_id": 7, "message": message}, ME)


def heard(**content: Any) -> Incoming:
    message = said(**content).message
    assert message
    return message


class TestReading:
    @pytest.mark.parametrize(
        "content",
        [
            {"text": "khai sinh cần giấy tờ gì"},
            {"text": "/menu"},
            {"text": "/start khai-sinh"},
            {"text": "trả lời người khác", "reply_to_message": {**_POST, "from": _USER}},
            {"text": "trả lời máy khác", "reply_to_message": {**_POST, "from": {**_BOT, "id": 9}}},
            {"text": "trong chủ đề", "message_thread_id": 9, "is_topic_message": True},
            {"location": {"latitude": 10.0, "longitude": 106.0}},
            {"migrate_from_chat_id": -5},
        ],
    )
    def test_chatter_is_nothing_to_work_on_and_nothing_to_keep(self, content: dict[str, Any]) -> None:
        assert said(**content) == Envelope("7")

    def test_an_answer_to_the_bot_says_who_answers_what(self) -> None:
        message = heard(text="Đã sửa", reply_to_message=_POST)
        assert (message.group, message.sender, message.replied_to) == (True, "82001", "4")
        assert (message.kind, message.text) == ("text", "Đã sửa")

    def test_a_photo_in_an_answer_comes_with_its_caption(self) -> None:
        sizes = [{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}]
        message = heard(photo=sizes, caption="Đã sửa", reply_to_message=_POST)
        assert (message.kind, message.photos, message.text) == ("photo", ("a",), "Đã sửa")

    def test_a_topic_is_an_address_of_its_own(self) -> None:
        there = said(text="/nhom A", message_thread_id=9, is_topic_message=True)
        assert there.address == "-1005/9"
        assert place_of("-1005/9") == (-1005, 9)
        assert said(text="/nhom A").address == "-1005"
        assert place_of("-1005") == (-1005, None)

    def test_an_answer_outside_of_topics_is_of_the_whole_group(self) -> None:
        assert said(text="Đã sửa", reply_to_message=_POST, message_thread_id=4).address == "-1005"

    @pytest.mark.parametrize(
        ("written", "verb"),
        [
            ("/nhom A3K", "nhom"),
            ("/NHOM@motcua_bot A3K", "nhom"),
            ("/bonhom", "bo-nhom"),
            ("/khongthuoc Điện lực: việc của họ", "khong-thuoc"),
        ],
    )
    def test_commands_are_told_from_words(self, written: str, verb: str) -> None:
        message = heard(text=written)
        assert (message.kind, message.payload) == ("payload", payload(verb))
        assert message.text == written.partition(" ")[2]

    def test_what_only_telegram_reports_cannot_be_pressed_or_typed(self) -> None:
        assert heard(migrate_to_chat_id=-1009).kind == "other"
        tap = {"id": "1", "from": _USER, "chat_instance": "1", "data": "#doi-nhom -1009", "message": _POST}
        pressed = read_update({"update_id": 7, "callback_query": tap}, ME).message
        assert pressed
        assert pressed.kind == "payload"
        assert pressed.payload == heard(migrate_to_chat_id=-1009).payload

    @pytest.mark.parametrize(
        ("before", "after", "chat", "told"),
        [
            ("left", "member", _CHAT, "#vao-nhom"),
            ("kicked", "administrator", _CHAT, "#vao-nhom"),
            ("member", "kicked", _CHAT, "#roi-nhom"),
            ("administrator", "left", _CHAT, "#roi-nhom"),
            ("member", "administrator", _CHAT, None),
            ("left", "kicked", _CHAT, None),
            ("member", "kicked", {"id": 82_001, "type": "private", "first_name": "Hoa"}, None),
        ],
    )
    def test_the_bot_comes_and_goes(self, before: str, after: str, chat: dict[str, Any], told: str | None) -> None:
        def standing(status: str) -> dict[str, Any]:
            rights = dict.fromkeys(_RIGHTS, False) if status == "administrator" else {}
            return {"user": _BOT, "status": status, "until_date": 0, **rights}

        change = {"chat": chat, "from": _USER, "date": 1}
        change |= {"old_chat_member": standing(before), "new_chat_member": standing(after)}
        message = read_update({"update_id": 7, "my_chat_member": change}, ME).message
        assert (message.payload if message else None) == told

    @given(data=st.data())
    def test_a_spoilt_update_is_read_or_left_alone(self, data: st.DataObject) -> None:
        sizes = [{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}]
        message = {
            "message_id": 5,
            "date": 1,
            "chat": _CHAT,
            "from": _USER,
            "text": "Đã sửa",
            "reply_to_message": _POST,
        }
        whole = [
            {"message": message},
            {"message": {**message, "text": None, "photo": sizes, "message_thread_id": 9, "is_topic_message": True}},
            {"message": {**message, "migrate_to_chat_id": -7}},
            {"callback_query": {"id": "1", "from": _USER, "chat_instance": "1", "data": "#xong a", "message": _POST}},
        ]
        update: dict[str, Any] = deepcopy(data.draw(st.sampled_from(whole)))
        where: Any = update
        while isinstance(where, dict) and where:
            key = data.draw(st.sampled_from(sorted(where)))
            if not isinstance(where[key], dict) or data.draw(st.booleans()):
                where[key] = data.draw(_ODD)
                break
            where = where[key]
        envelope = read_update({"update_id": 7, **update}, ME)
        if envelope.message and envelope.message.group:
            assert envelope.address
            place_of(envelope.address)
            assert group_talk.concerns(envelope.message)


_ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.text(max_size=9), st.just([]), st.just({}), st.floats()
)
_RIGHTS = """can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members
 can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories""".split()


class TestWhatTheGroupReads:
    def test_every_move_but_a_note_is_told_in_words(self) -> None:
        for move in Move:
            reply = of_move(_categories(), _report(), _event(move), (), "Lê Thị Hoa", "Trần Văn Bình")
            if move is Move.NOTE:
                assert reply is None
                continue
            assert reply
            assert reply.lasting
            assert reply.heading.startswith("A3K-7TQ-9CE: ")
            assert len(reply.text.split()) > 3, move
            assert "cập nhật phản ánh" not in reply.text, f"{move} has no words of its own"

    def test_what_officers_tell_each_other_is_read_in_the_console(self) -> None:
        told = _told(_event(Move.ASSIGN, words="Nhà này hay kiện"), who="Lê Thị Hoa").text
        assert "Nhà này hay kiện" not in told
        assert "có lời dặn" in told
        assert "có lời dặn" not in _told(_event(Move.ASSIGN, words=""), who="Lê Thị Hoa").text

    @pytest.mark.parametrize("move", [Move.FORWARD, Move.REFUSE])
    def test_what_goes_nowhere_by_itself_must_be_passed_on_by_hand(self, move: Move) -> None:
        by_hand = "chưa có cách gửi tự động cho cơ quan này"
        assert by_hand in _told(_event(move)).text
        reached = Categories(_categories().groups, Bodies((Body(name="Điện lực", email="dien@example.vn"),)))
        reply = of_move(reached, _report(), _event(move), (), "Hoa", "")
        assert reply
        assert by_hand not in reply.text

    def test_a_sender_who_leaves_what_others_follow_takes_nothing_from_the_officers(self) -> None:
        left = _event(Move.WITHDRAW, actor="citizen", words="")
        assert "không theo dõi nữa" in _told(left).text
        left.to_state = State.WITHDRAWN
        assert "đã rút lại phản ánh" in _told(left).text

    def test_an_officer_is_named_and_a_citizen_is_not(self) -> None:
        assert "Lê Thị Hoa đã nhận việc." in _told(_event(Move.CLAIM), who="Lê Thị Hoa").text
        reopened = _told(_event(Move.REOPEN, actor="citizen", words="Đèn vẫn tối")).text
        assert reopened.startswith("Người dân báo chưa xong")
        assert "“Đèn vẫn tối”" in reopened

    def test_a_contact_never_gets_there(self) -> None:
        report = _report()
        report.contact = {"phone": "0912345678", "name": "Phạm Bí Mật"}
        told = _told(_event("gui"), report)
        assert "Người gửi: không nêu tên" in told.text
        assert "Bí Mật" not in told.text
        assert "0912" not in told.text

    def test_a_long_report_still_fits_one_message(self) -> None:
        report = _report()
        report.words = "đèn hỏng " * 5000
        assert len("\n\n".join(_told(_event("gui"), report).lines())) < 3500

    def test_only_what_a_citizen_or_another_body_sent_brings_its_photos_along(self) -> None:
        assert of_move(_categories(), _report(), _event(Move.ANSWER), ("a.jpg",), "Hoa", "").photos == ()  # type: ignore[union-attr]
        added = of_move(_categories(), _report(), _event(Move.ADD, actor="citizen"), ("a.jpg",), "", "")
        assert added
        assert added.photos == ("a.jpg",)

    def test_a_moment_is_said_as_people_say_it(self) -> None:
        assert moment(1_795_773_600.0) == "17:00 thứ Sáu 27/11/2026"

    @given(category=st.from_regex(r"[a-z0-9-]{2,40}", fullmatch=True))
    def test_what_a_button_carries_fits_telegram(self, category: str) -> None:
        code = new_code()
        for carried in (*(one.payload for one in buttons(code)), payload(FORWARD_TO, code.lower(), category)):
            assert len(carried.encode()) <= 64
            parsed = parse_payload(carried)
            assert parsed
            assert parsed.arguments[0].upper() == code


class TestNamingABody:
    @pytest.mark.parametrize(
        ("written", "body", "words"),
        [
            ("Điện lực", "Điện lực", ""),
            ("Điện lực: đã báo", "Điện lực", "đã báo"),
            ("Điện lực\nđã báo: chờ nhé", "Điện lực", "đã báo: chờ nhé"),
            (" Điện lực :\n\n đã báo ", "Điện lực", "đã báo"),
            ("", "", ""),
            (": chỉ có lời", "", "chỉ có lời"),
        ],
    )
    def test_the_first_colon_or_line_break_parts_body_and_words(self, written: str, body: str, words: str) -> None:
        assert body_and_words(written) == (body, words)

    @given(written=st.text())
    def test_nothing_that_was_written_is_lost(self, written: str) -> None:
        body, words = body_and_words(written)
        assert "".join((body + words).split()) in (
            "".join(written.split()),
            "".join(written.split()).replace(":", "", 1),
        )


def _categories() -> Categories:
    return Categories(
        (Group(id="khac", name="Khác", categories=(Category(id="den", name="Đèn đường", body="Điện lực"),)),)
    )


def _report() -> Report:
    return Report(
        code="A3K-7TQ-9CE",
        category="den",
        words="Đèn hỏng",
        place="Ngõ 5",
        reporter="",
        state=State.NEW,
        acknowledge_by=0.0,
        answer_by=0.0,
        responsible="Điện lực",
        stars=4,
        day="2026-11-27",
    )


def _event(move: str, actor: str = "officer", words: str = "") -> ReportEvent:
    detail = {"day": "2026-11-27", "original": "AAA-AAA-AAA"}
    return ReportEvent(actor=actor, move=move, from_state="", to_state=State.NEW, words=words, detail=detail)


def _told(event: ReportEvent, report: Report | None = None, who: str = "") -> Reply:
    told = of_move(_categories(), report or _report(), event, (), who, "")
    assert told
    return told
