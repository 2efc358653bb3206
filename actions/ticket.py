"""A report that was sent: how it stands. What its sender does with it is in `aftermath`."""

from __future__ import annotations

import re
from datetime import datetime

from actions.aftermath import REPORT, not_found, result, say, ticket_of
from actions.drafting import desk_of
from actions.report import begin
from actions.sending import MINE, at
from actions.wording import day
from bot.desk.calendar import ZONE
from bot.desk.codes import find_code
from bot.desk.life import OPEN, STATE_NAMES, Move, State
from bot.desk.view import Ticket
from bot.messages import Choice, Reply
from bot.payloads import payload
from bot.turn import Action, Result, Turn

_FILLER = 8  # words around a code in a message that is about nothing but it
_NOW: dict[State, str] = {
    State.NEW: "Phản ánh đã tới đơn vị, đang chờ cán bộ nhận.",
    State.ACKNOWLEDGED: "Cán bộ đã nhận phản ánh.",
    State.IN_PROGRESS: "Cán bộ đang xử lý.",
    State.DUPLICATE: "Việc này đã có người phản ánh trước; có tin gì máy sẽ nhắn bà con.",
    State.WITHDRAWN: "Bà con đã rút lại phản ánh này.",
    State.DONE: "Đơn vị báo đã xử lý xong.",
}


async def list_mine(turn: Turn) -> Result | None:
    """What the person sent or follows; the one whose code they wrote."""
    if turn.desk is None:
        return await begin(turn)
    if (code := find_code(turn.text)) and turn.message.kind == "text":
        return await show(turn, code)
    tickets = await turn.desk.tickets()
    if not tickets:
        return say(turn, "Trong cuộc trò chuyện này bà con chưa gửi phản ánh nào.", (REPORT,))
    names = turn.desk.desk.categories
    choices = [
        Choice(
            label=f"{one.code}: {names.name(one.category)} – {STATE_NAMES[one.state]}"[:64],
            payload=payload("phan-anh", one.code.lower()),
        )
        for one in tickets
    ]
    return say(turn, "Phản ánh của bà con, mới nhất trước:", (*choices, REPORT))


async def show(turn: Turn, code: str) -> Result | None:
    """How one report stands. Of another's, that there is none, whether there is or not."""
    ticket = await ticket_of(turn, code)
    if turn.desk is None:
        return None
    if ticket is None:
        return not_found(turn)
    reply = Reply(
        heading=f"Phản ánh {ticket.code}: {STATE_NAMES[ticket.state]}",
        text="\n".join(filter(None, _lines(turn, ticket))),
        choices=_choices(ticket),
    )
    return result(turn, reply)


async def catch_code(turn: Turn) -> Result | None:
    """A message that is hardly more than a code."""
    code = find_code(turn.text)
    if turn.desk is None or code is None or len(re.findall(r"\w+", turn.text)) > _FILLER + 3:
        return None
    if any(char.isdigit() for char in code) or re.search(r"[A-Z]{3}[.\- ][A-Z]{3}", turn.text):
        return await show(turn, code)
    return await show(turn, code) if await turn.desk.ticket(code) else None


def _lines(turn: Turn, ticket: Ticket) -> tuple[str, ...]:
    """Followers see what it is about and where, not the sender's words."""
    sent = datetime.fromtimestamp(ticket.opened_at, ZONE)
    by = datetime.fromtimestamp(ticket.answer_by, ZONE)
    late = ticket.state in OPEN and turn.now > by
    due = (
        f"Đã quá hạn trả lời ({day(by.date())}); bà con có thể gọi đơn vị để hỏi."
        if late
        else f"Hạn trả lời: {at(by)}."
    )
    return (
        f"Loại việc: {desk_of(turn).desk.categories.name(ticket.category)}",
        f"Nội dung: {ticket.words}" if ticket.mine else "",
        f"Nơi: {ticket.place}" if ticket.place else "",
        f"Gửi lúc: {at(sent)}",
        _how_it_stands(ticket),
        f"Cán bộ nhắn: {ticket.answer}" if ticket.answer else "",
        due if ticket.state in OPEN else "",
        f"Bà con đã chấm {ticket.stars} sao." if ticket.stars and ticket.mine else "",
    )


def _how_it_stands(ticket: Ticket) -> str:
    match ticket.state:
        case State.FORWARDED:
            return f"Đã chuyển sang {ticket.responsible}; đơn vị vẫn theo dõi."
        case State.NOT_OURS:
            return f"Không thuộc thẩm quyền của đơn vị. Cơ quan chịu trách nhiệm: {ticket.responsible}."
        case State.SCHEDULED:
            return f"Đơn vị hẹn xử lý vào ngày {day(datetime.fromisoformat(ticket.day).date())}."
        case _:
            return _NOW[ticket.state]


def _choices(ticket: Ticket) -> tuple[Choice, ...]:
    code = ticket.code.lower()
    offered = (
        ("Đã xong, cảm ơn", Move.CONFIRM, "da-xong"),
        ("Chưa xong", Move.REOPEN, "chua-xong"),
        ("Bổ sung lời hoặc ảnh", Move.ADD, "bo-sung"),
        ("Rút lại", Move.WITHDRAW, "rut-lai"),
    )
    choices = [
        Choice(label=label, payload=payload(verb, code)) for label, move, verb in offered if move in ticket.moves
    ]
    return (*choices, MINE)


action = Action(
    verbs={"cua-toi": list_mine, "phan-anh": show},
    intents={"tra-cuu-phan-anh": list_mine},
    phrases=dict.fromkeys(("phan anh cua toi", "phan anh cua em", "xem phan anh", "tra cuu phan anh"), list_mine),
    catches=(catch_code,),
)
