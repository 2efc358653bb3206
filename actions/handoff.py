"""Someone wants a person: an officer comes into the talk, later where the office is closed; else where to find one."""

from __future__ import annotations

from actions.asking import GO_ON
from actions.office import card
from bot.desk.deeds import AskOfficer
from bot.desk.takeovers.takeover_words import BACK, WAY_OUT, spoken
from bot.desk.view import View
from bot.messages import Choice, Reply
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.turn import Action, Result, Turn

_QUESTION = "hoi-can-bo"
_TOLD = 9  # words; fewer only say that somebody is wanted
_SURE = 0.5
_MENU = Choice(label="Xem danh mục", payload=payload("menu"))


async def call_officer(turn: Turn) -> Result:
    """The button: somebody is wanted, nothing is said yet."""
    return await _call(turn, "", told=False)


async def call_officer_with_words(turn: Turn) -> Result:
    """In words of their own, which may hold the question already."""
    return await _call(turn, turn.text, told=len(turn.text.split()) > _TOLD)


async def take_question(turn: Turn) -> Result | None:
    """What was to be asked, for the officer."""
    if turn.message.kind != "text":
        return None
    return await _call(turn, turn.text, told=True)


def back_to_bot(turn: Turn) -> Result:
    """ "Nói tiếp với máy": on with what was open before."""
    reply = Reply(
        text="Dạ, máy trả lời tiếp đây ạ. Bà con cần hỏi gì cứ nhắn. Điều đã nhắn cho cán bộ vẫn được giữ lại.",
        choices=(*_open_before(turn), _MENU),
    )
    return Result((reply,), turn.talk, Outcome.SMALL_TALK)


def point_to_officer(turn: Turn) -> Result:
    """How to reach an officer of the commune, and the national help line."""
    reply = Reply(
        heading="Gặp cán bộ",
        text=(
            f"Bà con đến hoặc gọi {turn.office.center} trong giờ làm việc, cán bộ sẽ giúp trực tiếp.\n\n"
            f"{card(turn.office)}"
        ),
        choices=(
            Choice(label="Số tổng đài hỗ trợ", payload=payload("hoi", "tong-dai-ho-tro")),
            Choice(label="Danh mục", payload=payload("menu")),
        ),
    )
    return Result((reply,), turn.talk, Outcome.HANDED_OVER)


async def _call(turn: Turn, words: str, *, told: bool) -> Result:
    desk = turn.desk
    if desk is None or not await desk.staffed():
        return point_to_officer(turn)
    return _here(turn, words, told) if desk.desk.hours.is_open(turn.now) else _later(turn, desk, words, told)


def _here(turn: Turn, words: str, told: bool) -> Result:
    """In opening hours: the bot is silent from now on."""
    lines = ["Máy đã báo cán bộ. Cán bộ sẽ trả lời bà con ngay tại đây, có khi phải chờ một lúc."]
    lines.append(
        "Câu vừa rồi đã chuyển cho cán bộ; cần nói thêm gì bà con cứ nhắn."
        if told
        else "Bà con nhắn luôn điều muốn hỏi, để cán bộ đọc trước."
    )
    lines.append("Từ giờ máy không trả lời xen vào.")
    reply = Reply(heading="Gặp cán bộ", text=_with_phone(turn, lines), choices=(WAY_OUT,))
    talk = turn.talk.model_copy(update={"awaiting": None}) if turn.talk.awaiting == _QUESTION else turn.talk
    return Result((reply,), talk, Outcome.HANDED_OVER, deeds=(AskOfficer(words, silent=True),))


def _later(turn: Turn, desk: View, words: str, told: bool) -> Result:
    """Outside opening hours: the question is kept, and the bot goes on answering."""
    opening = spoken(desk.desk.hours.next_opening(turn.now), turn.now)
    lines = [f"Bây giờ ngoài giờ làm việc; {opening} cán bộ có mặt."]
    if told:
        lines.append("Máy đã giữ câu hỏi của bà con, cán bộ sẽ trả lời ngay tại đây. Bà con không phải nhắn lại.")
        lines.append("Trong lúc chờ, bà con cứ hỏi máy ạ.")
    else:
        lines.append("Bà con nhắn điều muốn hỏi, máy giữ lại cho cán bộ trả lời ngay tại đây.")
    reply = Reply(heading="Gặp cán bộ", text=_with_phone(turn, lines), choices=(*_may_know(turn, told), _MENU))
    talk = turn.talk.model_copy(update={"awaiting": None if told else _QUESTION})
    return Result((reply,), talk, Outcome.HANDED_OVER, deeds=(AskOfficer(words, silent=False),))


def _with_phone(turn: Turn, lines: list[str]) -> str:
    phone = [f"Cần gấp, bà con gọi {turn.office.phone} trong giờ làm việc."] if turn.office.phone else []
    return "\n\n".join([*lines, *phone])


def _may_know(turn: Turn, told: bool) -> list[Choice]:
    """What the bot itself could answer to a question that waits."""
    entry = turn.knowledge.get(turn.parse.topic.id) if told and turn.parse else None
    if entry is None or turn.parse is None or turn.parse.topic.confidence < _SURE:
        return []
    return [Choice(label=entry.label, payload=payload("hoi", entry.id))]


def _open_before(turn: Turn) -> list[Choice]:
    """The guide and the report that somebody was at."""
    guide, draft = turn.talk.guide, turn.talk.draft
    choices = [GO_ON] if draft and not draft.empty() and not draft.expired(turn.now.timestamp()) else []
    if guide:
        label = f"Làm tiếp bước {guide.step}"
        choices.append(Choice(label=label, payload=payload("buoc", guide.topic, guide.way, guide.step)))
    return choices


action = Action(
    verbs={"can-bo": call_officer, BACK: back_to_bot},
    intents={"gap-can-bo": call_officer_with_words},
    awaits={_QUESTION: take_question},
    phrases=dict.fromkeys(("gap can bo", "cho gap can bo", "toi muon gap can bo"), call_officer),
)
