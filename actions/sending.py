"""The end of a draft: sent, joined to somebody's report, or dropped."""

from __future__ import annotations

from datetime import datetime

from actions.asking import GIVE_UP, GO_ON, in_short
from actions.drafting import closed, drop_photos, go_on, written
from actions.wording import day
from bot.desk.codes import new_code
from bot.desk.deeds import Follow, Send
from bot.desk.figures.period import WEEKDAYS
from bot.desk.reports import Desk, NewReport
from bot.desk.taking.draft import Draft
from bot.messages import Choice, Reply
from bot.payloads import payload
from bot.turn import Result, Turn

MINE = Choice(label="Phản ánh của tôi", payload=payload("cua-toi"))
_MENU = Choice(label="Xem danh mục", payload=payload("menu"))


async def send(turn: Turn) -> Result | None:
    """Send what was read back; anything that is still missing is asked for instead."""
    draft, desk = turn.talk.draft, turn.desk
    if draft is None or desk is None:
        return nothing_open(turn)
    if draft.step != "check" or draft.missing() != "check":
        return await go_on(turn, draft)
    if gone := await desk.missing(draft.photos):
        left = tuple(photo for photo in draft.photos if photo not in gone)
        lead = "Ảnh bà con gửi lâu quá nên không còn nữa. Bà con gửi lại ảnh, hoặc gửi phản ánh không kèm ảnh."
        return await go_on(turn, draft.model_copy(update={"photos": left, "photos_done": True}), lead)
    code = new_code()
    new = NewReport(
        code=code,
        category=draft.category,
        words=draft.words,
        source=desk.channel,
        place=draft.place,
        latitude=draft.point.latitude if draft.point else None,
        longitude=draft.point.longitude if draft.point else None,
        reporter=draft.reporter if draft.named else "",
        photos=draft.photos,
        conversation_id=desk.conversation_id,
    )
    return await closed(turn, draft, _sent(turn, desk.desk, code, draft.category), (Send(new),))


async def join(turn: Turn, code: str) -> Result | None:
    """Hear of the report that was offered, instead of sending one's own; no other one, whoever knows its code."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    if not draft.alike or code.upper() != draft.alike:
        return await go_on(turn, draft)
    if not await turn.desk.still_open(draft.alike):
        lead = "Phản ánh kia vừa được đóng nên không theo dõi chung được nữa; bà con gửi tiếp phản ánh của mình ạ."
        return await go_on(turn, draft.model_copy(update={"alike": ""}), lead)
    reply = Reply(
        text="Máy đã ghi: bà con cùng theo dõi phản ánh này. Có tin gì mới máy sẽ nhắn bà con ngay tại đây.",
        choices=(Choice(label="Xem phản ánh này", payload=payload("phan-anh", draft.alike.lower())), _MENU),
    )
    return await closed(turn, draft, reply, (Follow(draft.alike), *drop_photos(draft)))


async def send_apart(turn: Turn) -> Result | None:
    """Somebody has reported the same, but this person wants an own report."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    return await go_on(turn, draft.model_copy(update={"alike": ""}))


async def drop(turn: Turn) -> Result | None:
    """Never mind: nothing is sent, nothing is kept."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    reply = Reply(
        text="Dạ, máy đã bỏ, không gửi gì cho cán bộ. Bà con cần việc khác cứ nhắn.",
        choices=(Choice(label="Phản ánh việc khác", payload=payload("bao-viec")), _MENU),
    )
    return await closed(turn, draft, reply, drop_photos(draft))


def ask_whether_to_drop(turn: Turn, draft: Draft) -> Result:
    """It sounded like "never mind", but words that were typed are not thrown away on a guess."""
    reply = Reply(text=f"Bà con muốn thôi, không gửi phản ánh {in_short(draft)} nữa ạ?", choices=(GO_ON, GIVE_UP))
    return written(turn, draft, (reply,))


def nothing_open(turn: Turn) -> Result | None:
    """A button of a draft that was sent or dropped."""
    if turn.desk is None:
        return None
    reply = Reply(
        text="Bà con không có phản ánh nào đang viết dở ạ.",
        choices=(Choice(label="Gửi phản ánh mới", payload=payload("bao-viec")), MINE),
    )
    return written(turn, None, (reply,))


def _sent(turn: Turn, desk: Desk, code: str, category: str) -> Reply:
    kind = desk.categories.get(category)
    by = desk.hours.answer_by(turn.now, kind.answer_days if kind else 5)
    opening = desk.hours.next_opening(turn.now)
    seen = (
        "Cán bộ xem trong giờ làm việc hôm nay" if opening.date() == turn.now.date() else f"Cán bộ xem từ {at(opening)}"
    )
    theirs = "" if kind is None or kind.ours else f" Việc này của {kind.body} nên cán bộ sẽ chuyển sang và theo dõi."
    text = (
        f"Mã phản ánh: {code}\n\n{seen}, trả lời chậm nhất {WEEKDAYS[by.weekday()]} {day(by.date())}.{theirs} Có tin "
        "gì máy nhắn bà con ngay tại đây.\n\nMuốn hỏi lại lúc nào, bà con gửi mã trên hoặc nhắn “phản ánh của tôi”."
    )
    see = Choice(label="Xem phản ánh này", payload=payload("phan-anh", code.lower()))
    return Reply(heading="Máy đã gửi phản ánh của bà con", text=text, choices=(see, _MENU))


def at(moment: datetime) -> str:
    """A time as it is said: "7 giờ 30 thứ Hai 30/11/2026"."""
    minutes = f" {moment.minute:02}" if moment.minute else ""
    return f"{moment.hour} giờ{minutes} {WEEKDAYS[moment.weekday()]} {day(moment.date())}"
