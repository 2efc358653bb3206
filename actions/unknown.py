"""Say honestly what the bot cannot do, and name the next door."""

from __future__ import annotations

from bot.messages import Choice, Reply
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.turn import Result, Turn

_DOORS = (
    Choice(label="Xem danh mục", payload=payload("menu")),
    Choice(label="Địa chỉ, giờ làm việc của xã", payload=payload("don-vi")),
    Choice(label="Gặp cán bộ", payload=payload("can-bo")),
    Choice(label="Số tổng đài hỗ trợ", payload=payload("hoi", "tong-dai-ho-tro")),
)


def unanswerable(turn: Turn) -> Result:
    """A question that may be a fair one but was not understood, or is not in the knowledge."""
    text = (
        "Máy chưa hiểu rõ câu này, nên không dám trả lời bừa. Bà con nói lại cách khác, hoặc chọn một mục dưới đây ạ."
    )
    return _say(turn, text, Outcome.UNANSWERABLE)


def out_of_scope(turn: Turn) -> Result:
    """Not public service."""
    text = "Việc này máy không giúp được ạ. Máy chỉ trả lời về giấy tờ, thủ tục hành chính, VNeID và nộp tiền qua mạng."
    return _say(turn, text, Outcome.OUT_OF_SCOPE)


def out_of_order(turn: Turn) -> Result:
    """Understanding is down; what can be pressed still works."""
    text = "Lúc này máy đang trục trặc, chưa đọc được câu hỏi. Bà con chọn theo danh mục, hoặc nhắn lại sau ít phút ạ."
    return _say(turn, text, Outcome.ERROR)


def not_readable(turn: Turn) -> Result:
    """A photo, a voice message, a sticker."""
    text = "Máy chỉ đọc được chữ, chưa xem được hình hay nghe được tiếng. Bà con gõ câu hỏi giúp máy ạ."
    return _say(turn, text, Outcome.UNANSWERABLE)


def personal_number(turn: Turn) -> Result:
    """Only a number of a person, nothing to answer."""
    text = "Bà con đừng gửi số căn cước, số điện thoại cho máy: máy không cần và không giữ. Bà con muốn hỏi việc gì ạ?"
    return _say(turn, text, Outcome.REFUSED_PERSONAL_DATA)


def _say(turn: Turn, text: str, outcome: Outcome) -> Result:
    return Result((Reply(text=text, choices=_DOORS),), turn.talk, outcome)
