"""What is read when a person takes over a talk: by the citizen, and by the officers' group."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.desk.figures.period import WEEKDAYS
from bot.messages import Choice, Reply
from bot.payloads import payload

BACK = "tro-lai-may"  # the verb that ends the silence
WAY_OUT = Choice(label="Nói tiếp với máy", payload=payload(BACK))
_PAUSED = "Cán bộ đang nói chuyện trực tiếp với bà con, máy tạm dừng trả lời."


def officer_is_here() -> Reply:
    """When an officer steps in unasked."""
    return Reply(text=f"{_PAUSED} Bà con nhắn ở đây là cán bộ đọc được.", choices=(WAY_OUT,))


def from_officer(words: str, *, first: bool, silenced: bool) -> Reply:
    """An officer's words; the first ones with the way back to the bot. `silenced`: the bot spoke until now."""
    return Reply(
        heading="Cán bộ trả lời",
        text=words,
        footnote=_PAUSED if silenced else "",
        choices=(WAY_OUT,) if first else (),
        lasting=True,
    )


def bot_is_back() -> Reply:
    """At the end."""
    return Reply(text="Cuộc nói chuyện với cán bộ dừng ở đây. Từ giờ máy trả lời tiếp, bà con cần hỏi gì cứ nhắn ạ.")


def back_after_silence() -> Reply:
    """When nobody has said anything for half a day, and the citizen writes again."""
    return Reply(text="Cuộc trò chuyện với cán bộ đã tạm nghỉ từ lâu, nên máy trả lời tiếp bà con.")


def office_has_closed(opening: datetime, now: datetime) -> Reply:
    """When somebody still waits for an officer after the office has closed."""
    return Reply(
        text="Bây giờ ngoài giờ làm việc. Lời bà con nhắn đã giữ lại cho cán bộ; "
        f"{spoken(opening, now)} cán bộ có mặt, sẽ trả lời ngay tại đây. Từ giờ đến lúc đó, bà con cứ hỏi máy ạ."
    )


def buttons_are_off() -> Reply:
    """When somebody presses a button of the bot meanwhile."""
    return Reply(
        text="Bà con đang nói chuyện với cán bộ, hoặc đang chờ cán bộ, nên máy tạm dừng. Muốn dùng nút của máy thì bà "
        "con bấm “Nói tiếp với máy” trước ạ.",
        choices=(WAY_OUT,),
    )


def not_passed_on() -> Reply:
    """When somebody sends what an officer cannot see or hear in the console."""
    return Reply(text="Cái bà con vừa gửi, cán bộ chưa xem được ở đây. Bà con gõ bằng chữ giúp ạ.")


def to_officers(*, waits: bool) -> Reply:
    """What the office's groups read; never the citizen's words."""
    when = "và đang chờ" if waits else "(nhắn ngoài giờ, máy vẫn trả lời trong lúc chờ)"
    return Reply(
        heading="Có người dân muốn gặp cán bộ",
        text=f"Một người dân xin nói chuyện với cán bộ {when}. Trả lời ở trang cán bộ, mục Trò chuyện.",
        lasting=True,
    )


def occupied(name: str) -> str:
    """What a second officer is told."""
    who = name or "Một cán bộ (bằng công cụ của Zalo)"
    return f"{who} đang nói chuyện với người dân này. Muốn trả lời thay thì bấm “Vào thay” trước."


def spoken(then: datetime, now: datetime) -> str:
    """A time as it is said: "7 giờ 30 sáng thứ Hai 23/11"."""
    part = "sáng" if then.hour < 11 else "trưa" if then.hour < 13 else "chiều" if then.hour < 18 else "tối"
    hour = then.hour if then.hour <= 12 else then.hour - 12
    clock = f"{hour} giờ {then.minute:02d}" if then.minute else f"{hour} giờ"
    if then.date() == now.date():
        return f"{clock} {part} nay"
    day = f"{WEEKDAYS[then.weekday()]} {then.day}/{then.month}"
    tomorrow = then.date() == (now + timedelta(days=1)).date()
    return f"{clock} {part} mai, {day}" if tomorrow else f"{clock} {part} {day}"
