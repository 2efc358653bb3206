"""Walk someone through a procedure, one step a message. The place is remembered, for days if need be."""

from __future__ import annotations

from typing import get_args

from actions.answer import show
from bot.knowledge import Entry
from bot.messages import Choice, Link, Reply
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.talk import GuideStep, Talk, Way
from bot.turn import Action, Result, Stuck, Turn

_WAYS: dict[Way, str] = {"mang": "làm qua mạng", "quay": "đến nộp trực tiếp", "chung": "từng bước"}
_STUCK = "vuong"


def begin(turn: Turn, topic: str) -> Result | None:
    """Start at step 1, or first ask which way when there are two."""
    entry = turn.knowledge.get(topic)
    ways = [way for way in _WAYS if entry and _steps(entry, way)]
    if entry is None or not ways:
        return None
    if not entry.current(turn.now.date()):
        return show(turn, topic)
    if len(ways) == 1:
        return show_step(turn, topic, ways[0], "1")
    choices = [Choice(label=_WAYS[way].capitalize(), payload=payload("buoc", topic, way, 1)) for way in ways]
    reply = Reply(heading=entry.title, text="Bà con muốn làm theo cách nào ạ?", choices=tuple(choices))
    return Result((reply,), turn.talk.model_copy(update={"topic": topic}), Outcome.GUIDED, topic)


def show_step(turn: Turn, topic: str, way: str, step: str) -> Result | None:
    """One step; one past the last says what comes now and ends the guide."""
    entry = turn.knowledge.get(topic)
    known = next((name for name in get_args(Way) if name == way), None)
    if entry is None or known is None or not step.isdecimal():
        return None
    if not entry.current(turn.now.date()):
        return show(turn, topic)
    steps = _steps(entry, known)
    if not 1 <= int(step) <= len(steps) + 1:
        return None
    if int(step) > len(steps):
        return _finished(turn, entry)
    place = GuideStep(topic=topic, way=known, step=int(step))
    talk = turn.talk.model_copy(update={"topic": topic, "guide": place, "awaiting": None})
    reply = Reply(
        heading=f"{entry.title} ({_WAYS[known]}) – bước {step}/{len(steps)}",
        text=steps[int(step) - 1],
        choices=_moves(place, len(steps)),
        in_place=True,
    )
    return Result((reply,), talk, Outcome.GUIDED, topic)


def move_on(turn: Turn) -> Result | None:
    """The next step of the guide in progress."""
    return _move(turn, 1)


def acknowledged(turn: Turn) -> Result | None:
    """After "rồi" or "vâng": the next step, but only while the step is the last thing that was shown."""
    return move_on(turn) if on_screen(turn) else None


def on_screen(turn: Turn) -> bool:
    """Whether the guide's step is the last thing that was shown."""
    guide = turn.talk.guide
    return guide is not None and payload("buoc", guide.topic, guide.way, guide.step + 1) in turn.talk.choices


def move_back(turn: Turn) -> Result | None:
    """The step before."""
    return _move(turn, -1)


def stop(turn: Turn) -> Result | None:
    """Put the guide away but keep the place."""
    guide = turn.talk.guide
    if guide is None:
        return None
    reply = Reply(
        text="Dạ, mình dừng ở đây. Khi nào bà con muốn làm tiếp thì bấm nút dưới hoặc nhắn “tiếp tục”.",
        choices=(
            Choice(label=f"Làm tiếp bước {guide.step}", payload=payload("buoc", guide.topic, guide.way, guide.step)),
            Choice(label="Xem danh mục", payload=payload("menu")),
        ),
    )
    return Result((reply,), turn.talk.model_copy(update={"awaiting": None}), Outcome.GUIDED, guide.topic)


def ask_what_is_wrong(turn: Turn, topic: str, way: str, step: str) -> Result | None:
    """ "Tôi bị vướng": the next message is what went wrong."""
    shown = show_step(turn, topic, way, step)
    if shown is None or shown.talk.guide is None:
        return None
    reply = Reply(text="Bà con bị vướng ở chỗ nào ạ? Cứ kể bằng lời của mình, ví dụ: “bấm gửi mà máy báo lỗi”.")
    return Result((reply,), shown.talk.model_copy(update={"awaiting": _STUCK}), Outcome.GUIDED, topic)


def take_difficulty(turn: Turn) -> Result | None:
    """Keep what went wrong, offer what helps with it, and a person."""
    place = turn.talk.guide
    entry = turn.knowledge.get(place.topic) if place else None
    if place is None or entry is None or turn.message.kind != "text":
        return None
    helpful = _helpful(turn, entry)
    text = "Máy đã ghi lại chỗ vướng này để cán bộ biết."
    text += " Có thể những mục sau giúp được bà con:" if helpful else " Bà con có thể hỏi cán bộ để được giúp ngay."
    choices = [Choice(label=other.label, payload=payload("hoi", other.id)) for other in helpful]
    choices.append(Choice(label="Gặp cán bộ", payload=payload("can-bo")))
    choices.append(Choice(label="Làm tiếp", payload=payload("buoc", place.topic, place.way, place.step)))
    talk = turn.talk.model_copy(update={"awaiting": None})
    stuck = Stuck(place, turn.text)
    return Result((Reply(text=text, choices=tuple(choices)),), talk, Outcome.GUIDED, entry.id, stuck)


def _helpful(turn: Turn, entry: Entry) -> list[Entry]:
    """Trouble entries: those the words point to, else those of the procedure."""
    guesses = turn.parse.ranking if turn.parse else ()
    likely = [other for other in (turn.knowledge.get(guess.id) for guess in guesses) if other]
    candidates = [*likely, *turn.knowledge.related(entry)]
    troubles = [other for other in candidates if other.kind == "trouble"]
    return list({other.id: other for other in troubles}.values())[:2]


def _move(turn: Turn, by: int) -> Result | None:
    guide = turn.talk.guide
    return show_step(turn, guide.topic, guide.way, str(max(1, guide.step + by))) if guide else None


def _resume(turn: Turn) -> Result | None:
    return _move(turn, 0)


def _told_to_stop(turn: Turn) -> Result | None:
    """Without diacritics "dung" stops; "đúng", "đừng" written out do not."""
    return None if turn.text.strip().lower().startswith("đ") else stop(turn)


def _steps(entry: Entry, way: Way) -> list[str]:
    return {"mang": entry.steps_online, "quay": entry.steps_in_person, "chung": entry.steps}[way]


def _moves(place: GuideStep, last: int) -> tuple[Choice, ...]:
    def to(step: int) -> str:
        return payload("buoc", place.topic, place.way, step)

    forward = Choice(label="Xong bước này ➜" if place.step < last else "Đã làm xong ✓", payload=to(place.step + 1))
    back = [Choice(label="Quay lại", payload=to(place.step - 1))] if place.step > 1 else []
    stuck = Choice(label="Tôi bị vướng", payload=payload(_STUCK, place.topic, place.way, place.step))
    return (forward, *back, stuck, Choice(label="Dừng", payload=payload("dung")))


def _finished(turn: Turn, entry: Entry) -> Result:
    lines = ["Bà con đã làm hết các bước rồi ạ."]
    if entry.result:
        lines.append(f"Kết quả nhận được: {entry.result}")
    if entry.time_limit:
        lines.append(f"Thời gian: {entry.time_limit}")
    reply = Reply(
        heading=entry.title,
        text="\n\n".join(lines),
        source=Link(label=entry.source.title, url=entry.source.url or ""),
        choices=(
            Choice(label="Tra cứu hồ sơ đã nộp", payload=payload("hoi", "dvcqg-tra-cuu-ho-so")),
            Choice(label="Xem danh mục", payload=payload("menu")),
        ),
        in_place=True,
    )
    talk: Talk = turn.talk.model_copy(update={"guide": None, "awaiting": None, "topic": entry.id})
    return Result((reply,), talk, Outcome.GUIDED, entry.id)


_ON = ("tiep", "tiep theo", "tiep di", "buoc tiep", "buoc tiep theo")
_DONE = ("xong", "xong roi", "roi", "ok", "da xong", "dong y")
_BACK = ("quay lai", "lui lai", "buoc truoc")
_STOP = ("dung", "dung lai", "stop")
action = Action(
    verbs={"lam": begin, "buoc": show_step, "dung": stop, _STUCK: ask_what_is_wrong},
    awaits={_STUCK: take_difficulty},
    phrases={
        **dict.fromkeys(_ON, move_on),
        **dict.fromkeys(_DONE, acknowledged),
        **dict.fromkeys(_BACK, move_back),
        **dict.fromkeys(_STOP, _told_to_stop),
        "tiep tuc": _resume,
        "lam tiep": _resume,
    },
)
