"""Answer from an entry: the short answer first, then whichever part is asked for, always with source and date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import get_args

from actions.wording import bullets, day, numbered
from bot.knowledge import Aspect, Entry
from bot.messages import Choice, Link, Reply
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.turn import Action, Result, Turn

_NAMES: dict[Aspect, str] = {
    "overview": "Tóm tắt",
    "documents": "Giấy tờ cần có",
    "steps": "Cách làm",
    "fee": "Lệ phí",
    "time": "Bao lâu thì xong",
    "where": "Nộp ở đâu",
    "who": "Ai được làm",
    "online": "Làm qua mạng",
    "result": "Nhận được gì",
    "legal": "Căn cứ pháp luật",
    "trouble": "Lưu ý, hay vướng",
}
_OFFERED: tuple[Aspect, ...] = ("documents", "fee", "time", "where", "who", "trouble", "legal")
# Of a trouble or a piece of information nobody asks what it costs.
_OFFERED_SIMPLY: tuple[Aspect, ...] = ("documents", "where", "trouble", "legal")
_MOST_SIBLINGS = 5
# Parts that make little sense to someone who has not read the short answer yet.
_NEED_THE_SHORT_ANSWER: tuple[Aspect, ...] = ("who", "online", "result", "trouble")


def show_all(turn: Turn, topics: tuple[str, ...], aspects: tuple[tuple[str, ...], ...]) -> Result | None:
    """What a message asked: of each topic the parts it wants, or the one that the message as a whole wants."""
    wanted = aspects or tuple((turn.aspect,) for _ in topics)
    results = [show(turn, topic, *parts) for topic, parts in zip(topics, wanted, strict=True)]
    shown = [result for result in results if result]
    if len(shown) < 2:
        return shown[0] if shown else None
    first, second = shown[0].replies[0], shown[1].replies[0]
    back = Choice(label=f"➜ {_label(turn, topics[0])}", payload=payload("hoi", topics[0]))
    # One menu at the end: a typed number must mean one thing.
    return replace(
        shown[1],
        replies=(
            first.model_copy(update={"choices": ()}),
            second.model_copy(update={"choices": (back, *second.choices)}),
        ),
    )


def _label(turn: Turn, topic: str) -> str:
    entry = turn.knowledge.get(topic)
    return entry.label if entry else topic


def show(turn: Turn, topic: str, aspect: str = "overview", *also: str) -> Result | None:
    """One part of one entry, and further parts if asked; none when there is no such entry or part."""
    entry = turn.knowledge.get(topic)
    parts: list[Aspect] = [known for asked in (aspect, *also) for known in get_args(Aspect) if known == asked]
    if entry is None or len(parts) < 1 + len(also):
        return None
    talk = turn.talk.model_copy(update={"topic": entry.id, "awaiting": None})
    if not entry.current(turn.now.date()):
        return Result((_out_of_date(entry, turn.now.date()),), talk, Outcome.UNANSWERABLE, entry.id)
    reply = _reply(turn, entry, parts[0])
    for part in parts[1:]:
        reply = _with_part(reply, entry, part, turn.now.date())
    return Result((reply,), talk, Outcome.ANSWERED, entry.id)


def _with_part(reply: Reply, entry: Entry, aspect: Aspect, today: date) -> Reply:
    """A further part under its own name; nothing when the entry has none."""
    body = _body(entry, aspect)
    if not body:
        return reply
    notes = [note.text for note in entry.notes(aspect, today)]
    return reply.model_copy(update={"text": "\n\n".join((reply.text, f"{_NAMES[aspect]}:\n{body}", *notes))})


def _reply(turn: Turn, entry: Entry, aspect: Aspect) -> Reply:
    today = turn.now.date()
    body = _body(entry, aspect)
    if not body:
        body = f"Máy chưa có thông tin riêng về phần này. Tóm tắt:\n{entry.short_answer}"
    elif aspect in _NEED_THE_SHORT_ANSWER and turn.talk.topic != entry.id:
        body = f"{entry.short_answer}\n\n{body}"
    paragraphs = [body, *(note.text for note in entry.notes(aspect, today))]
    if aspect == "where":
        paragraphs.append(f"Nơi tiếp nhận của {turn.office.name}: {turn.office.center}, {turn.office.address}.")
    return Reply(
        heading=entry.title if aspect == "overview" else f"{_NAMES[aspect]}: {entry.title}",
        text="\n\n".join(paragraphs),
        source=Link(label=entry.source.title, url=entry.source.url or ""),
        footnote=_footnote(entry),
        choices=(*_aspects(entry, aspect), *_siblings(turn, entry), *_resume(turn)),
    )


def _body(entry: Entry, aspect: Aspect) -> str:
    return _PARTS[aspect](entry)


def _documents(entry: Entry) -> str:
    papers = entry.documents
    parts = (
        ("Mang theo để xuất trình (cho xem):", papers.xuat_trinh),
        ("Nộp:", papers.nop),
        ("Chuẩn bị sẵn:", papers.chuan_bi),
    )
    return "\n\n".join(f"{title}\n{bullets(items)}" for title, items in parts if items)


def _all_steps(entry: Entry) -> str:
    parts = (
        ("", entry.steps),
        ("Làm qua mạng:\n", entry.steps_online),
        ("Đến nộp trực tiếp:\n", entry.steps_in_person),
    )
    return "\n\n".join(f"{title}{numbered(steps)}" for title, steps in parts if steps)


def _legal(entry: Entry) -> str:
    return "\n\n".join(filter(None, (bullets(entry.legal_basis), bullets(entry.changed))))


_PARTS: dict[Aspect, Callable[[Entry], str]] = {
    "overview": lambda entry: entry.short_answer,
    "documents": _documents,
    "steps": _all_steps,
    "fee": lambda entry: entry.fee,
    "time": lambda entry: entry.time_limit,
    "where": lambda entry: entry.where,
    "who": lambda entry: entry.who,
    "online": lambda entry: numbered(entry.steps_online or entry.steps),
    "result": lambda entry: entry.result,
    "legal": _legal,
    "trouble": lambda entry: bullets(entry.warnings),
}


def _footnote(entry: Entry) -> str:
    checked = f"Thông tin kiểm tra ngày {day(entry.checked)}."
    if entry.confidence == "thấp":
        checked += " Phần này máy chưa chắc chắn, bà con nên hỏi lại nơi nhận hồ sơ trước khi đi."
    if entry.valid_until:
        checked += f" Đúng đến hết ngày {day(entry.valid_until)}."
    return checked


def _aspects(entry: Entry, shown: Aspect) -> list[Choice]:
    """The other parts that the entry has, and the guide."""
    choices = []
    if shown != "overview":
        choices.append(Choice(label=_NAMES["overview"], payload=payload("hoi", entry.id, "overview")))
    if entry.steps or entry.steps_online or entry.steps_in_person:
        choices.append(Choice(label="Làm từng bước", payload=payload("lam", entry.id)))
    for aspect in _OFFERED_SIMPLY if entry.kind in ("trouble", "information") else _OFFERED:
        if aspect != shown and _body(entry, aspect):
            choices.append(Choice(label=_NAMES[aspect], payload=payload("hoi", entry.id, aspect)))
    return choices


def _siblings(turn: Turn, entry: Entry) -> list[Choice]:
    """Other cases of the same thing, the likeliest first; where there are none, what people ask next."""
    likely = [guess.id for guess in turn.parse.ranking] if turn.parse else []
    siblings = turn.knowledge.siblings(entry)
    siblings.sort(key=lambda other: likely.index(other.id) if other.id in likely else len(likely))
    others = siblings[:_MOST_SIBLINGS] or turn.knowledge.related(entry)[:2]
    return [Choice(label=f"➜ {other.label}", payload=payload("hoi", other.id)) for other in others]


def _resume(turn: Turn) -> list[Choice]:
    guide = turn.talk.guide
    writing = [Choice(label="Viết tiếp phản ánh đang dở", payload=payload("bao-tiep"))] if turn.talk.draft else []
    if guide is None:
        return writing
    label = f"Làm tiếp bước {guide.step} đang dở"
    return [Choice(label=label, payload=payload("buoc", guide.topic, guide.way, guide.step)), *writing]


def _out_of_date(entry: Entry, today: date) -> Reply:
    if entry.valid_from and today < entry.valid_from:
        when = f"Quy định này chỉ có hiệu lực từ ngày {day(entry.valid_from)}."
    else:
        when = f"Điều máy biết về việc này chỉ đúng đến hết ngày {day(entry.valid_until)}; nay quy định đã khác."
    return Reply(
        heading=entry.title,
        text=f"{when} Bà con hỏi lại nơi nhận hồ sơ, hoặc xem trên Cổng Dịch vụ công quốc gia, trước khi đi.",
        source=Link(label=entry.source.title, url=entry.source.url or ""),
        choices=(
            Choice(label="Địa chỉ, giờ làm việc của xã", payload=payload("don-vi")),
            Choice(label="Gặp cán bộ", payload=payload("can-bo")),
        ),
    )


action = Action(verbs={"hoi": show})
