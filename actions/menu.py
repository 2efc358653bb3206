"""Greeting, and the way in by field: all fields, then the topics of one field."""

from __future__ import annotations

from actions.answer import show
from bot.knowledge import Entry
from bot.messages import Choice, Reply
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.turn import Action, Result, Turn

_PAGE = 8
EXAMPLES = ("làm khai sinh cần giấy tờ gì", "VNeID bị khóa thì làm sao", "nộp tiền qua mạng thế nào")


_DESK = (
    Choice(label="Phản ánh, góp ý với xã", payload=payload("bao-viec")),
    Choice(label="Phản ánh của tôi", payload=payload("cua-toi")),
)


def greet(turn: Turn) -> Result:
    """Say hello, say what the bot is good for, offer the fields and a guide left half-way."""
    text = (
        f"Chào bà con! Đây là trợ lý thủ tục hành chính của {turn.office.name}. Bà con cứ hỏi bằng lời của mình, "
        f"có dấu hay không dấu đều được, ví dụ: “{EXAMPLES[0]}”. Hoặc chọn một mục dưới đây."
    )
    reply = Reply(text=text, choices=(*_half_way(turn), *_fields(turn), *_DESK))
    return Result((reply,), turn.talk, Outcome.SMALL_TALK)


def start(turn: Turn, topic: str = "") -> Result:
    """What a newcomer sees; a link may name the topic that it is about."""
    return (topic and show(turn, topic)) or greet(turn)


def list_fields(turn: Turn) -> Result:
    """All fields of public service."""
    reply = Reply(text="Bà con cần hỏi về việc gì ạ?", choices=(*_half_way(turn), *_fields(turn), *_DESK))
    return Result((reply,), turn.talk, Outcome.SMALL_TALK)


def list_topics(turn: Turn, name: str, page: str = "1") -> Result | None:
    """The topics of one field, eight at a time; a family is one line."""
    topics = turn.knowledge.field(name)
    if topics is None or not page.isdecimal():
        return None
    entries = [entry for entry in topics.entries if entry.family == entry.id or _lead(turn, entry) is None]
    first = (int(page) - 1) * _PAGE
    shown = entries[first : first + _PAGE]
    if not shown:
        return None
    choices = [Choice(label=entry.label, payload=payload("hoi", entry.id)) for entry in shown]
    if first + _PAGE < len(entries):
        choices.append(Choice(label="Xem thêm", payload=payload("linh-vuc", name, int(page) + 1)))
    choices.append(Choice(label="Danh mục khác", payload=payload("menu")))
    reply = Reply(heading=topics.title, text="Bà con cần việc nào ạ?", choices=tuple(choices))
    return Result((reply,), turn.talk, Outcome.SMALL_TALK)


def stale_button(turn: Turn) -> Result:
    """A payload that leads nowhere (any more)."""
    reply = Reply(text="Nút này không còn dùng được. Mời bà con chọn lại ạ.", choices=_fields(turn))
    return Result((reply,), turn.talk, Outcome.SMALL_TALK)


def _lead(turn: Turn, entry: Entry) -> Entry | None:
    """The main entry of the family, if it is listed in the same field."""
    same_field = turn.knowledge.field_of(entry.family) is turn.knowledge.field_of(entry.id)
    return turn.knowledge.get(entry.family) if same_field else None


def _fields(turn: Turn) -> tuple[Choice, ...]:
    return tuple(
        Choice(label=topics.title, payload=payload("linh-vuc", topics.field)) for topics in turn.knowledge.fields
    )


def _half_way(turn: Turn) -> list[Choice]:
    guide = turn.talk.guide
    entry = turn.knowledge.get(guide.topic) if guide else None
    writing = [Choice(label="Viết tiếp phản ánh đang dở", payload=payload("bao-tiep"))] if turn.talk.draft else []
    if guide is None or entry is None:
        return writing
    label = f"Làm tiếp: {entry.label} (bước {guide.step})"
    return [Choice(label=label[:64], payload=payload("buoc", guide.topic, guide.way, guide.step)), *writing]


action = Action(
    verbs={"menu": list_fields, "linh-vuc": list_topics, "bat-dau": start},
    intents={"chao-hoi": greet, "menu": list_fields},
    phrases={"menu": list_fields, "danh muc": list_fields, "bat dau": greet},
)
