"""What the citizen reads about a report: plain, polite, never longer than needed."""

from __future__ import annotations

from datetime import date

from bot.desk.life import INTERNAL, STATE_NAMES, Move, State
from bot.desk.tables import Report, ReportEvent
from bot.messages import Choice, Reply
from bot.payloads import payload


def to_reporter(report: Report, event: ReportEvent, photos: tuple[str, ...]) -> Reply:
    """What has happened to their report, with the officer's words and photo, and what they can do now."""
    return Reply(
        heading=f"Phản ánh {report.code}: {STATE_NAMES[State(event.to_state)]}",
        text=_text(report, event),
        photos=() if event.move in INTERNAL else photos,
        choices=_choices(report, event),
        lasting=True,
    )


def to_follower(report: Report, event: ReportEvent, photos: tuple[str, ...]) -> Reply:
    """The same for somebody who follows it: only the sender of a report says whether it is done."""
    return to_reporter(report, event, photos).model_copy(update={"choices": (_see(report),)})


def _text(report: Report, event: ReportEvent) -> str:
    said = f"Cán bộ nhắn: {event.words}" if event.words and event.move not in INTERNAL else ""
    match event.move:
        case Move.CLAIM | Move.ASSIGN:
            news = "Cán bộ đã nhận phản ánh của bà con và sẽ xem xét."
        case Move.START:
            news = "Cán bộ đang xử lý việc bà con phản ánh."
        case Move.SCHEDULE:
            news = f"Đơn vị hẹn xử lý vào ngày {date.fromisoformat(report.day):%d/%m/%Y}."
        case Move.FORWARD:
            news = f"Việc này thuộc trách nhiệm của {report.responsible}; đơn vị chuyển việc sang đó và vẫn theo dõi."
        case Move.REFUSE:
            news = f"Việc này không thuộc thẩm quyền của đơn vị. Cơ quan chịu trách nhiệm: {report.responsible}."
        case Move.MERGE:
            original = event.detail.get("original", "")
            news = f"Việc này đã có người phản ánh trước (mã {original}). Có tin gì mới máy sẽ báo cho bà con."
        case Move.FINISH:
            news = "Đơn vị báo đã xử lý xong."
            said = f"{said}\n\nBà con xem giúp: thật sự xong chưa?"
        case Move.REOPEN:
            news = "Phản ánh đã được mở lại để xử lý tiếp."
        case _:
            news = ""
    return "\n\n".join(filter(None, (news, said.strip())))


def _choices(report: Report, event: ReportEvent) -> tuple[Choice, ...]:
    code = report.code.lower()
    if event.move == Move.FINISH:
        return (
            Choice(label="Đã xong, cảm ơn", payload=payload("da-xong", code)),
            Choice(label="Chưa xong", payload=payload("chua-xong", code)),
        )
    return (_see(report),)


def _see(report: Report) -> Choice:
    return Choice(label="Xem phản ánh này", payload=payload("phan-anh", report.code.lower()))
