"""Decide what a message is and let one action handle it.

In this order: something pressed (or a payload, or the number of a choice, typed), the answer to a question of ours,
a word of an open guide, free text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from inspect import isawaitable, signature
from typing import get_args

from actions import clarify, menu, unknown
from actions.answer import show_all
from bot.decision import decide, decide_with_parts
from bot.desk.deeds import DropPhotos
from bot.desk.taking.draft import Draft
from bot.knowledge import Aspect
from bot.messages import Reply
from bot.outcomes import Outcome
from bot.payloads import Payload, parse_payload
from bot.questions import questions_in
from bot.registry import Actions
from bot.turn import Handler, Result, Turn
from bot.understanding import NotUnderstood, Understanding
from nlu.normalise import fold, normalise
from nlu.parse import Guess, Parse

NOTICE = (
    "Đây là máy trả lời tự động. Máy chỉ giữ câu hỏi đã che số giấy tờ, số điện thoại, để trả lời tốt hơn; "
    "bà con đừng gửi số căn cước, mật khẩu hay mã OTP (mã xác nhận)."
)
_DRAFT_GONE = (
    "Phản ánh bà con viết dở để quá 7 ngày nên máy đã bỏ, chưa gửi cho ai. Cần thì bà con nhắn lại giúp máy ạ."
)
_ASPECT_SURE = 0.4
_PATIENCE = 24 * 3600.0  # seconds that an answer to a question of ours is waited for
_ASPECTS: Mapping[str, Aspect] = {aspect: aspect for aspect in get_args(Aspect)}


@dataclass(frozen=True)
class Handled:
    """A turn that is over: its result, and the turn with the parse it was decided on."""

    result: Result
    turn: Turn


async def handle(turn: Turn, actions: Actions, understanding: Understanding) -> Handled:
    """Handle one message. Never raises because understanding is out of order."""
    old, turn = turn.talk.draft, _without_old_draft(turn)
    handled = await _handle(turn, actions, understanding)
    gone = old if turn.talk.draft is None else None
    return replace(handled, result=_finish(_told_of(gone, handled.result), turn))


def _without_old_draft(turn: Turn) -> Turn:
    """A report that was begun and lay for a week is not sent any more."""
    draft = turn.talk.draft
    if draft is None or not draft.expired(turn.now.timestamp()):
        return turn
    return replace(turn, talk=turn.talk.model_copy(update={"draft": None, "awaiting": None}))


def _told_of(gone: Draft | None, result: Result) -> Result:
    if gone is None or gone.empty() or not result.replies:
        return result
    last = _with_footnote(result.replies[-1], _DRAFT_GONE)
    deeds = (*result.deeds, DropPhotos(gone.photos)) if gone.photos else result.deeds
    return replace(result, replies=(*result.replies[:-1], last), deeds=deeds)


async def _called(handler: Handler, *arguments: object) -> Result | None:
    result = handler(*arguments)
    return await result if isawaitable(result) else result


async def _handle(turn: Turn, actions: Actions, understanding: Understanding) -> Handled:
    pressed = _pressed(turn)
    if pressed or turn.message.kind == "payload":
        return Handled(await _press(_no_longer_waiting(turn), actions, pressed), turn)
    if turn.message.kind != "text":
        return Handled(await _not_text(turn, actions), turn)
    if turn.text != turn.message.text and _hardly_a_word_left(turn.text):
        return Handled(unknown.personal_number(turn), turn)
    if result := await _recognised(turn, actions):
        return Handled(result, turn)
    try:
        parse = await understanding.parse(turn.text)
        parts = await _parts(turn.text, understanding)
    except NotUnderstood:
        waiting = _waiting(turn, actions)
        return Handled((waiting and await _called(waiting, turn)) or unknown.out_of_order(turn), turn)
    turn = replace(turn, parse=parse, parts=parts, aspect=_aspect(parse.aspect))
    return Handled(await _free_text(turn, actions), turn)


async def _recognised(turn: Turn, actions: Actions) -> Result | None:
    """What needs no understanding: a phrase, or what an action knows by itself."""
    phrase = actions.phrases.get(fold(normalise(turn.text)))
    if phrase and (result := await _called(phrase, _no_longer_waiting(turn))):
        return result
    for catch in actions.catches:
        if result := await _called(catch, turn):
            return result
    return None


async def _parts(text: str, understanding: Understanding) -> tuple[Parse, ...]:
    """The questions of a message that asks several, each parsed by itself."""
    questions = questions_in(text)
    return tuple([await understanding.parse(one) for one in questions]) if len(questions) > 1 else ()


def _pressed(turn: Turn) -> Payload | None:
    if turn.message.payload:
        return parse_payload(turn.message.payload)
    choices = turn.talk.choices if turn.shown is None else turn.shown
    picked = number_in(turn.message.text)
    if picked is not None and 1 <= picked <= len(choices):
        return parse_payload(choices[picked - 1])
    return parse_payload(turn.message.text.strip().rstrip(".)"))


def number_in(text: str) -> int | None:
    """The number of a choice, when a text is nothing else."""
    written = text.strip().rstrip(".)")
    return int(written) if written.isdecimal() and len(written) <= 2 else None


async def _press(turn: Turn, actions: Actions, pressed: Payload | None) -> Result:
    handler = actions.verbs.get(pressed.verb) if pressed else None
    if pressed is None or handler is None:
        return menu.stale_button(turn)
    try:
        call = signature(handler).bind(turn, *pressed.arguments)
    except TypeError:  # typed by hand with too few or too many arguments
        return menu.stale_button(turn)
    return await _called(handler, *call.args) or menu.stale_button(turn)


async def _not_text(turn: Turn, actions: Actions) -> Result:
    """A photo, a place on the map, a voice: for whoever waits for one, or whoever takes that kind unasked."""
    waiting = _waiting(turn, actions)
    if waiting and (result := await _called(waiting, turn)):
        return result
    taken = actions.kinds.get(turn.message.kind)
    unasked = turn if waiting else _no_longer_waiting(turn)
    return (taken and await _called(taken, unasked)) or unknown.not_readable(turn)


def _waiting(turn: Turn, actions: Actions) -> Handler | None:
    """Who gets the answer to our last question; after a day a text is a new question."""
    fresh = turn.now.timestamp() - turn.talk.at < _PATIENCE
    return actions.awaits.get(turn.talk.awaiting or "") if fresh else None


def _no_longer_waiting(turn: Turn) -> Turn:
    return replace(turn, talk=turn.talk.model_copy(update={"awaiting": None}))


async def _free_text(turn: Turn, actions: Actions) -> Result:
    assert turn.parse  # noqa: S101 (for the type checker: set by the caller)
    decision = decide(turn.parse, turn.knowledge, turn.talk.topic)
    if turn.parts:
        decision = decide_with_parts(decision, turn.parse, turn.parts, turn.knowledge)
    waiting = _waiting(turn, actions)
    if waiting and decision.intent != "huy" and (result := await _called(waiting, turn)):
        return result
    match decision.kind:
        case "answer":
            return show_all(turn, decision.topics, decision.aspects) or menu.stale_button(turn)
        case "clarify":
            return clarify.offer(turn, decision.topics)
        case "intent" if handler := actions.intents.get(decision.intent):
            return await _called(handler, turn) or unknown.unanswerable(turn)
        case "out_of_scope":
            return unknown.out_of_scope(turn)
        case _:
            return unknown.unanswerable(turn)


def _aspect(guess: Guess) -> Aspect:
    return _ASPECTS.get(guess.id, "overview") if guess.confidence >= _ASPECT_SURE else "overview"


def _hardly_a_word_left(masked: str) -> bool:
    return len(fold(masked.replace("[số điện thoại]", "").replace("[số giấy tờ]", "")).split()) < 3


def _finish(result: Result, turn: Turn) -> Result:
    """Remember what can be picked by number; say once what is kept; remind whoever sends a personal number."""
    replies = list(result.replies)
    talk = result.talk.model_copy(update={"choices": _choices(replies), "at": turn.now.timestamp()})
    if replies and turn.text != turn.message.text and result.outcome is not Outcome.REFUSED_PERSONAL_DATA:
        replies[-1] = _with_footnote(
            replies[-1], "Bà con không cần gửi số giấy tờ, số điện thoại cho máy: máy không giữ."
        )
    if replies and not turn.talk.greeted:
        replies[-1] = _with_footnote(replies[-1], NOTICE)
        talk = talk.model_copy(update={"greeted": True})
    return replace(result, replies=tuple(replies), talk=talk)


def _choices(replies: list[Reply]) -> tuple[str, ...]:
    offered = next((reply.choices for reply in reversed(replies) if reply.choices), ())
    return tuple(choice.payload for choice in offered)


def _with_footnote(reply: Reply, line: str) -> Reply:
    return reply.model_copy(update={"footnote": "\n".join(filter(None, (reply.footnote, line)))})
