"""What officers do to reports from their group: by a button under a post, or by answering it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from bot.desk import reports
from bot.desk.cases import work
from bot.desk.cases.work import Task
from bot.desk.groups.group import post_behind
from bot.desk.groups.group_words import ANSWER, CLAIM, FINISH, FORWARD, FORWARD_TO, REFUSE, START
from bot.desk.groups.meeting import Asked, Meeting
from bot.desk.images.evidence import Piece
from bot.desk.life import Doing, Impossible, Move, State, after
from bot.desk.reports import Overtaken, Unknown, standing_of
from bot.desk.tables import Officer, OfficerGroup, Report, ReportEvent
from bot.messages import Choice
from bot.payloads import Payload, payload

_MOST_BODIES = 12
_ONLY_A_PHOTO = "Gửi bà con xem ảnh."
_ASKED_BY = {FORWARD: Move.FORWARD, ANSWER: Move.ANSWER, FINISH: Move.FINISH, REFUSE: Move.REFUSE}
_QUESTIONS = {
    Move.ANSWER: "Trả lời (reply) tin này: lời nhắn và ảnh của anh/chị sẽ được gửi cho người dân.",
    Move.FINISH: "Đã làm gì để xử lý? Trả lời (reply) tin này để ghi lại, gửi kèm ảnh càng tốt; máy sẽ báo người dân "
    "và hỏi lại đã xong thật chưa.",
    Move.FORWARD: "Chuyển cho cơ quan nào? Bấm chọn, hoặc trả lời (reply) tin này bằng tên cơ quan. Muốn nhắn thêm cho "
    "người dân thì ghi: tên cơ quan: lời nhắn",
    Move.REFUSE: "Việc này của cơ quan nào? Trả lời (reply) tin này theo mẫu: tên cơ quan: lời nhắn cho người dân",
}
_OWN = "Anh/chị đang nhận việc này rồi."
_ONCE_MORE = "Nếu vẫn muốn làm thì trả lời (reply) lại, vào tin này."


@dataclass(frozen=True)
class _At:
    """Who does it, where, to which report."""

    meeting: Meeting
    bound: OfficerGroup
    officer: Officer
    report: Report

    async def say(self, text: str, choices: tuple[Choice, ...] = (), asks: Move | None = None) -> None:
        await self.meeting.say_of(self.bound, self.report, text, choices, asks)


async def pressed(meeting: Meeting, bound: OfficerGroup, officer: Officer, button: Payload) -> None:
    """A button under a post. Whatever a payload of the group does not name does nothing."""
    try:
        report = await reports.report_of(meeting.session, bound.office_id, button.arguments[0].upper())
    except Unknown:
        return
    at = _At(meeting, bound, officer, report)
    if button.verb == CLAIM:
        await _claim(at)
    elif button.verb == START:
        await _act(at, _doing(at, Move.START, ""), asked=None)
    elif button.verb == FORWARD_TO:
        await _forward_to(at, button.arguments[1:])
    elif button.verb in _ASKED_BY:
        await _ask(at, _ASKED_BY[button.verb])


async def answered(meeting: Meeting, bound: OfficerGroup, officer: Officer, *, refuses: bool) -> bool:
    """An answer to a post, or the command to refuse given as one; false when it answers no post about a report."""
    message = meeting.heard.message
    behind = await post_behind(meeting.session, bound.id, meeting.heard.conversation_id, message.replied_to)
    report = await meeting.session.get(Report, behind.report_id) if behind else None
    if behind is None or report is None or report.office_id != bound.office_id:
        return False
    at = _At(meeting, bound, officer, report)
    asked = meeting.memory.asked.get(behind.outbox_id)
    words = message.text.strip()
    if refuses and not words:
        await _ask(at, Move.REFUSE)
    elif refuses:
        await _act(at, _doing(at, Move.REFUSE, words), asked=None)
    elif not words and not meeting.photos:
        await at.say("Máy chỉ chuyển được chữ và ảnh; tin vừa rồi chưa gửi cho người dân.")
    elif asked is None or asked.move is Move.ANSWER or _rest_of_an_album(report, words):
        await _act(at, _doing(at, Move.ANSWER, words), asked=None)
    else:
        await _act(at, _doing(at, asked.move, words), asked)
    return True


def _rest_of_an_album(report: Report, words: str) -> bool:
    """Each photo of an album is a message of its own; the first one, which has the words, has finished the report."""
    return not words and State(report.state) is State.DONE


async def _claim(at: _At) -> None:
    owner = await at.meeting.session.get(Officer, at.report.owner_id) if at.report.owner_id else None
    if why := _impossible(at, Move.CLAIM):
        await at.say(why)
    elif owner is not None and owner.id == at.officer.id and at.report.acknowledged_at is not None:
        await at.say(_OWN)
    elif owner is not None and owner.id != at.officer.id and owner.active:
        await at.say(f"{owner.name} đã nhận việc này trước rồi. Muốn nhận thay thì giao lại ở trang cán bộ.")
    else:
        await _act(at, _doing(at, Move.CLAIM, ""), asked=None)


async def _forward_to(at: _At, arguments: tuple[str, ...]) -> None:
    category = at.meeting.desk.categories.get(arguments[0]) if arguments else None
    if category is None:
        await _ask(at, Move.FORWARD)
        return
    behind = await post_behind(
        at.meeting.session, at.bound.id, at.meeting.heard.conversation_id, at.meeting.heard.message.tapped
    )
    asked = at.meeting.memory.asked.get(behind.outbox_id) if behind else None
    await _act(at, Doing(Move.FORWARD, "officer", at.officer.id, responsible=category.body), asked)


async def _ask(at: _At, move: Move) -> None:
    """Ask for what a move needs, unless it is impossible anyway."""
    if why := _impossible(at, move):
        await at.say(why)
        return
    await at.say(_QUESTIONS[move], _bodies(at) if move is Move.FORWARD else (), asks=move)


def _impossible(at: _At, move: Move) -> str:
    """Why a move cannot be made, whatever came with it; empty when it can."""
    doing = Doing(move, "officer", at.officer.id, words="…", responsible="…")
    try:
        after(standing_of(at.report), doing, at.meeting.now)
    except Impossible as why:
        return str(why)
    return ""


def _bodies(at: _At) -> tuple[Choice, ...]:
    """Who could be responsible: the body of the report's own kind first; and the way to refuse."""
    code = at.report.code.lower()
    categories = at.meeting.desk.categories
    own = categories.get(at.report.category)
    candidates = {one.body: one.id for one in ((own,) if own else ()) if not one.ours}
    for one in categories:
        if not one.ours:
            candidates.setdefault(one.body, one.id)
    offered = [
        Choice(label=body[:64], payload=payload(FORWARD_TO, code, category))
        for body, category in list(candidates.items())[:_MOST_BODIES]
    ]
    return (*offered, Choice(label="Không thuộc thẩm quyền của xã", payload=payload(REFUSE, code)))


def _doing(at: _At, move: Move, words: str) -> Doing:
    photos = tuple(file for file, _ in at.meeting.photos)
    if move not in (Move.FORWARD, Move.REFUSE):
        return Doing(move, "officer", at.officer.id, words=words or (_ONLY_A_PHOTO if photos else ""), photos=photos)
    body, said = body_and_words(words)
    return Doing(move, "officer", at.officer.id, words=said, responsible=body, photos=photos)


def body_and_words(written: str) -> tuple[str, str]:
    """ "Điện lực: đã báo bên đó" as the body and what the citizen is told; the first line break parts them as well."""
    body, _, said = re.sub(r"\s*[:\n]\s*", "\n", written.strip(), count=1).partition("\n")
    return body.strip(), said.strip()


async def _act(at: _At, doing: Doing, asked: Asked | None) -> None:
    """Make the move, or say why not. What was begun and could not be made leaves nothing behind."""
    session, meeting = at.meeting.session, at.meeting
    pieces = tuple(Piece(file, size) for file, size in meeting.photos)
    try:
        task = Task(at.report.code, doing, await _seen(at, asked), pieces)
        async with session.begin_nested():
            await work.carry_out(session, meeting.desk, at.report, task, "từ nhóm Telegram", meeting.now)
    except (Impossible, Overtaken) as why:
        for row in (at.report, at.bound, at.officer):
            await session.refresh(row)
        again = asked.move if asked and isinstance(why, Overtaken) else None
        choices = _bodies(at) if again is Move.FORWARD else ()
        await at.say(f"{why}\n{_ONCE_MORE}" if again else str(why), choices, asks=again)


async def _seen(at: _At, asked: Asked | None) -> int | None:
    """The version that the officer knows: the one asked about, or the present one if they made it themselves."""
    if asked is None or asked.version == at.report.version:
        return None
    last = select(ReportEvent.officer_id).filter_by(report_id=at.report.id).order_by(ReportEvent.id.desc()).limit(1)
    return None if await at.meeting.session.scalar(last) == at.officer.id else asked.version
