"""What the officers' group reads about a report. Never more of a citizen than they agreed to tell."""

from __future__ import annotations

from datetime import date, datetime

from bot.desk.calendar import ZONE
from bot.desk.categories import Categories
from bot.desk.figures.period import WEEKDAYS
from bot.desk.life import INTERNAL, STATE_NAMES, Move, State
from bot.desk.outside.forwarding import ways
from bot.desk.tables import Report, ReportEvent
from bot.messages import Choice, Reply
from bot.payloads import payload

CLAIM, START, FORWARD, FORWARD_TO, ANSWER, FINISH, REFUSE = (
    "nhan-viec",
    "lam-ngay",
    "chuyen",
    "chuyen-den",
    "tra-loi",
    "xong",
    "khong-thuoc",
)
_LONGEST = 2500  # characters of a citizen's words; the console has all of them
_BRIEF = 600
BY_HAND = "Máy chưa có cách gửi tự động cho cơ quan này, anh/chị tự chuyển giúp."


def of_move(
    categories: Categories, report: Report, event: ReportEvent, photos: tuple[str, ...], who: str, owner: str
) -> Reply | None:
    """The post about a move; none for one that the group need not hear of. `who` made it, `owner` has the report."""
    if event.move == Move.NOTE:
        return None
    if event.move not in set(Move):  # the sending, which a report begins with
        return Reply(
            heading=f"Phản ánh mới {report.code}",
            text=_whole(categories, report),
            choices=buttons(report.code),
            photos=photos,
            lasting=True,
        )
    done_by = who or ("Người dân" if event.actor == "citizen" else report.responsible or "Cơ quan phối hợp")
    from_outside = event.actor != "officer"  # an officer's own photos are in the group already, or in the console
    said = f"“{_cut(event.words, _BRIEF)}”" if event.words and event.move not in INTERNAL else ""
    by_hand = _by_hand(categories, report, event)
    return Reply(
        heading=f"{report.code}: {STATE_NAMES[State(event.to_state)]}",
        text="\n\n".join(filter(None, (_brief(categories, report, event, done_by, owner), said, by_hand))),
        choices=_buttons_after(event, report.code),
        photos=photos if from_outside else (),
        lasting=True,
    )


def buttons(code: str) -> tuple[Choice, ...]:
    """What can be pressed under a report."""
    labels = {CLAIM: "Nhận việc", FORWARD: "Chuyển", ANSWER: "Trả lời", FINISH: "Xong"}
    return tuple(Choice(label=label, payload=payload(verb, code.lower())) for verb, label in labels.items())


def _buttons_after(event: ReportEvent, code: str) -> tuple[Choice, ...]:
    """Who has just taken a report says next that work has begun; one that is open again is new to everybody."""
    if event.move in (Move.REOPEN, Move.ADD):
        return buttons(code)
    if event.move == Move.CLAIM:
        return (Choice(label="Bắt đầu xử lý", payload=payload(START, code.lower())),)
    return ()


def moment(at: float) -> str:
    """A time in plain words: "17:00 thứ Sáu 27/11/2026"."""
    then = datetime.fromtimestamp(at, ZONE)
    return f"{then:%H:%M} {WEEKDAYS[then.weekday()]} {then:%d/%m/%Y}"


def _whole(categories: Categories, report: Report) -> str:
    lines = [f"Loại việc: {categories.name(report.category)}", f"Nơi: {report.place or 'không ghi rõ'}"]
    if report.latitude is not None and report.longitude is not None:
        lines.append(f"Bản đồ: https://www.google.com/maps?q={report.latitude:.6f},{report.longitude:.6f}")
    lines += [
        f"Người gửi: {report.reporter or 'không nêu tên'}",
        f"Hạn nhận việc: {moment(report.acknowledge_by)}",
        f"Hạn trả lời: {moment(report.answer_by)}",
    ]
    return f"{_cut(report.words, _LONGEST)}\n\n" + "\n".join(lines)


def _brief(categories: Categories, report: Report, event: ReportEvent, who: str, owner: str) -> str:
    detail = event.detail
    words = {
        Move.CLAIM: "đã nhận việc.",
        Move.ASSIGN: f"giao việc cho {owner}{', có lời dặn ở trang cán bộ' if event.words else ''}.",
        Move.START: "bắt đầu xử lý.",
        Move.SCHEDULE: f"hẹn xử lý ngày {_day(str(detail.get('day', '')))}.",
        Move.FORWARD: f"đã chuyển cho {report.responsible}.",
        Move.ANSWER: "đã trả lời người dân.",
        Move.FILE: f"xếp lại loại việc: {categories.name(report.category)}.",
        Move.REFUSE: f"báo không thuộc thẩm quyền. Cơ quan chịu trách nhiệm: {report.responsible}.",
        Move.MERGE: f"gộp vào phản ánh {detail.get('original', '')}.",
        Move.FINISH: "báo đã xử lý xong. Máy đang hỏi lại người dân.",
        Move.WITHDRAW: "đã rút lại phản ánh."
        if event.to_state == State.WITHDRAWN
        else "không theo dõi nữa. Còn người khác cũng báo việc này nên phản ánh vẫn mở.",
        Move.ADD: "bổ sung:",
        Move.CONFIRM: "xác nhận đã xong.",
        Move.REOPEN: "báo chưa xong, phản ánh được mở lại:",
        Move.RATE: f"chấm {report.stars} sao.",
    }
    return f"{who} {words.get(Move(event.move), 'cập nhật phản ánh.')}"


def _by_hand(categories: Categories, report: Report, event: ReportEvent) -> str:
    """That nothing goes to the body by itself, when nothing does."""
    passed_on = event.actor == "officer" and event.move in (Move.FORWARD, Move.REFUSE)
    return BY_HAND if passed_on and not ways(categories, report.responsible, report.category) else ""


def _day(day: str) -> str:
    return f"{date.fromisoformat(day):%d/%m/%Y}" if day else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()}… (xem đủ ở trang cán bộ)"
