"""What happens in an officers' group: it is bound, buttons are pressed, posts are answered, the bot comes and goes.

Nothing of it reaches the citizens' dialogue, and whoever is no officer of the office changes nothing.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox
from bot.desk.groups import binding, group_moves
from bot.desk.groups.binding import NotBound
from bot.desk.groups.group_words import REFUSE
from bot.desk.groups.meeting import Heard, Meeting
from bot.desk.people import audit
from bot.desk.reports import Desk
from bot.desk.tables import Officer, OfficerGroup
from bot.desk.view import View
from bot.messages import Incoming
from bot.payloads import Payload, parse_payload
from bot.tables import OutboxMessage

_HOW_TO_BIND = (
    "Chào cả nhà, máy báo phản ánh của người dân vào nhóm này được. Để gắn nhóm với đơn vị: cán bộ lấy mã nhóm ở trang "
    "cán bộ, rồi nhắn vào đây: /nhom MÃ\nChưa gắn thì máy không nói gì thêm."
)
_OFFICERS_ONLY = (
    "Chỉ cán bộ của đơn vị đã gắn Telegram với máy mới làm được việc này; chưa có gì thay đổi. Cán bộ lấy mã ở trang "
    "cán bộ, rồi nhắn riêng cho máy: /canbo MÃ\nNgười đang ẩn danh trong nhóm thì tắt ẩn danh trước giúp máy."
)
_PRIVATELY = "Mã này chỉ nhắn riêng cho máy, đừng nhắn vào nhóm. Anh/chị lấy mã mới rồi nhắn riêng cho máy giúp."
_NOT_UNDER_A_POST = "Anh/chị trả lời (reply) vào đúng tin có mã phản ánh giúp máy; tin này máy chưa chuyển cho ai."
_OFFICER, _BIND, _UNBIND, _ADDED, _REMOVED, _MOVED = ("can-bo", "nhom", "bo-nhom", "vao-nhom", "roi-nhom", "doi-nhom")


def concerns(message: Incoming) -> bool:
    """Whether a message is for this desk rather than for the citizens' dialogue."""
    if message.group:
        return True
    named = _named(message)
    return bool(named and named.verb == _OFFICER and message.sender)


async def keep_photos(view: View, heard: Heard) -> tuple[tuple[str, int], ...] | str:
    """Fetch and keep the photos that an officer sends, before the event's transaction; words when one is not taken."""
    message = heard.message
    if not (message.group and message.photos and message.replied_to):
        return ()
    async with view.store.read() as session:
        office = view.desk.office_id
        if not await binding.group_at(session, office, heard.account_id, heard.address):
            return ()
        if not await binding.officer_on(session, office, message.sender):
            return ()
    kept = []
    for photo in message.photos:
        one = await view.keep(photo)
        if isinstance(one, str):
            return one
        kept.append((one.file, one.size))
    return tuple(kept)


async def heed(
    session: AsyncSession, desk: Desk, heard: Heard, photos: tuple[tuple[str, int], ...] | str, now: float
) -> None:
    """Do what an event asks for, within its transaction."""
    meeting = Meeting(session, desk, heard, now, () if isinstance(photos, str) else photos)
    named = _named(heard.message)
    if not heard.message.group:
        await _bind_officer(meeting)
        return
    if heard.message.kind == "other" and named:
        await _service(meeting, named)
    elif named and named.verb == _BIND:
        await _bind_group(meeting)
    elif named and named.verb == _OFFICER:
        meeting.say(_PRIVATELY)
    elif isinstance(photos, str):
        meeting.say(f"{photos}\nTin vừa rồi chưa gửi cho người dân.")
    else:
        await _from_a_member(meeting, named)
    await meeting.remember()


async def _from_a_member(meeting: Meeting, named: Payload | None) -> None:
    heard, desk = meeting.heard, meeting.desk
    bound = await binding.group_at(meeting.session, desk.office_id, heard.account_id, heard.address)
    if bound is None:
        _introduce(meeting)
        return
    officer = await binding.officer_on(meeting.session, desk.office_id, heard.message.sender)
    if officer is None:
        meeting.tell_once(heard.message.sender, _OFFICERS_ONLY)
    elif named and named.verb == _UNBIND:
        await _unbind(meeting, bound, officer)
    elif named and named.arguments:
        await group_moves.pressed(meeting, bound, officer, named)
    elif not await group_moves.answered(meeting, bound, officer, refuses=bool(named and named.verb == REFUSE)):
        meeting.say(_NOT_UNDER_A_POST)


def _introduce(meeting: Meeting) -> None:
    if not meeting.memory.introduced:
        meeting.memory.introduced = True
        meeting.say(_HOW_TO_BIND)


async def _bind_officer(meeting: Meeting) -> None:
    message = meeting.heard.message
    try:
        officer = await binding.bind_officer(
            meeting.session, meeting.desk.office_id, message.text, message.sender, meeting.now
        )
    except NotBound as why:
        meeting.say(str(why))
        return
    await audit.note(meeting.session, officer.office_id, officer.id, "gan-telegram", officer.login, "", meeting.now)
    meeting.say(f"Đã gắn Telegram này với cán bộ {officer.name}. Trong nhóm, anh/chị bấm nút và trả lời tin được rồi.")


async def _bind_group(meeting: Meeting) -> None:
    heard, office_id = meeting.heard, meeting.desk.office_id
    try:
        bound = await binding.bind_group(
            meeting.session, office_id, heard.account_id, heard.address, heard.message.text, meeting.now
        )
    except NotBound as why:
        meeting.say(str(why))
        return
    await audit.note(meeting.session, office_id, bound.bound_by, "gan-nhom", bound.address, "", meeting.now)
    meeting.memory.introduced = True
    meeting.say(
        "Đã gắn nhóm này với đơn vị. Từ giờ có phản ánh mới, máy báo vào đây. Cán bộ bấm nút dưới tin, hoặc trả lời "
        "(reply) vào tin để nhắn cho người dân. Thôi nhận tin thì nhắn: /bonhom"
    )


async def _unbind(meeting: Meeting, bound: OfficerGroup, officer: Officer) -> None:
    await binding.unbind_group(meeting.session, bound)
    await audit.note(meeting.session, officer.office_id, officer.id, "bo-nhom", meeting.heard.address, "", meeting.now)
    meeting.memory.asked = {}
    meeting.say("Đã bỏ gắn nhóm này. Máy không báo phản ánh vào đây nữa; muốn gắn lại thì nhắn: /nhom MÃ")


async def _service(meeting: Meeting, named: Payload) -> None:
    """What the platform itself reports of the group."""
    heard = meeting.heard
    bound = await binding.groups_in(meeting.session, heard.account_id, heard.address)
    if named.verb == _ADDED and not bound:
        meeting.memory.introduced = False
        _introduce(meeting)
    elif named.verb == _MOVED and named.arguments:
        await _move(meeting, bound, named.arguments[0])
    elif named.verb == _REMOVED:
        for group in bound:
            await binding.unbind_group(meeting.session, group)
            await audit.note(
                meeting.session, group.office_id, None, "bo-nhom", group.address, "máy bị đưa ra khỏi nhóm", meeting.now
            )


async def _move(meeting: Meeting, bound: list[OfficerGroup], new: str) -> None:
    """The group goes on under another address; what waits to be sent goes there."""
    session, heard = meeting.session, meeting.heard
    for group in (group for group in bound if group.address == heard.address):
        for there in await binding.groups_in(session, heard.account_id, new):
            await binding.unbind_group(session, there)
        group.address = new
    new_row = await inbox.conversation(session, heard.account_id, new, meeting.now)
    waiting = select(OutboxMessage).filter_by(conversation_id=heard.conversation_id, state="waiting")
    for message in await session.scalars(waiting):
        kept = {name: value for name, value in message.reply.items() if name != "answers"}  # ids are a chat's own
        values = {"conversation_id": new_row, "reply": kept, "edits": None, "next_try_at": meeting.now}
        await session.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(values))


def _named(message: Incoming) -> Payload | None:
    return parse_payload(message.payload) if message.payload else None
