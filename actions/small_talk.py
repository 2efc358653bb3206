"""Thanks, goodbye, yes, no, never mind."""

from __future__ import annotations

from actions import guide, report
from bot.messages import Choice, Reply
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.turn import Action, Result, Turn

_MENU = (Choice(label="Xem danh mục", payload=payload("menu")),)


def you_are_welcome(turn: Turn) -> Result:
    """After thanks."""
    return _say(turn, "Dạ, không có gì ạ. Bà con cần gì nữa cứ nhắn nhé.")


def goodbye(turn: Turn) -> Result:
    """At the end."""
    return _say(turn, "Chào bà con, chúc bà con mạnh khỏe. Khi cần cứ nhắn lại nhé.")


def agreed(turn: Turn) -> Result:
    """Yes: on with the guide, if one is open."""
    return guide.acknowledged(turn) or _say(turn, "Dạ vâng. Bà con cần hỏi việc gì ạ?", _MENU)


def declined(turn: Turn) -> Result:
    """No: not what was meant."""
    return _say(turn, "Dạ, chưa đúng ý bà con. Bà con nói rõ hơn một chút, hoặc chọn trong danh mục ạ.", _MENU)


async def never_mind(turn: Turn) -> Result:
    """In a report or a guide: stop; a guide's place is kept. Said once more, or anywhere else: drop what was open."""
    if writing := await report.stop(turn):
        return writing
    if guide.on_screen(turn) and (stopped := guide.stop(turn)):
        return stopped
    talk = turn.talk.model_copy(update={"awaiting": None, "topic": None, "guide": None})
    reply = Reply(text="Dạ, đã dừng ạ. Bà con cần việc khác cứ nhắn.", choices=_MENU)
    return Result((reply,), talk, Outcome.SMALL_TALK)


def _say(turn: Turn, text: str, choices: tuple[Choice, ...] = ()) -> Result:
    return Result((Reply(text=text, choices=choices),), turn.talk, Outcome.SMALL_TALK)


action = Action(
    verbs={"huy": never_mind},
    intents={
        "cam-on": you_are_welcome,
        "tam-biet": goodbye,
        "dong-y": agreed,
        "tu-choi": declined,
        "huy": never_mind,
    },
)
