"""One turn: what an action gets to see, what it gives back, and how an action says what it handles."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.desk.deeds import Deed
from bot.desk.view import View
from bot.knowledge import Aspect, Knowledge
from bot.messages import Incoming, Reply
from bot.offices import Office
from bot.outcomes import Outcome
from bot.talk import GuideStep, Talk
from nlu.parse import Parse


@dataclass(frozen=True)
class Turn:
    """A message in its conversation. `text` is the message with numbers of people masked; `now` is Viet Nam's time.

    `parts` are the message's questions, each parsed by itself.
    `desk` is where reports are; none where nothing is stored (the terminal). `shown` are the payloads of the menu on
    the person's screen; none where nobody knows: then it is the talk's.
    """

    message: Incoming
    text: str
    talk: Talk
    knowledge: Knowledge
    office: Office
    now: datetime
    parse: Parse | None = None
    aspect: Aspect = "overview"
    parts: tuple[Parse, ...] = ()
    desk: View | None = None
    shown: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Stuck:
    """A difficulty to be kept: where in a guide, and the person's words (masked)."""

    at: GuideStep
    text: str


@dataclass(frozen=True)
class Result:
    """What a turn leads to: replies, what the conversation remembers from now on, the outcome, deeds at the desk."""

    replies: tuple[Reply, ...]
    talk: Talk
    outcome: Outcome
    answered_with: str | None = None
    stuck: Stuck | None = None
    deeds: tuple[Deed, ...] = ()


# A handler may decline with None: then the message is for someone else, or the button has gone stale.
# One that has to ask the desk is a coroutine function.
Handler = Callable[..., Result | Awaitable[Result | None] | None]


@dataclass(frozen=True)
class Action:
    """One thing the bot can do; a module in `actions/` offers one as `action`.

    `verbs`: payload verb → handler(turn, *arguments). `intents`: dialogue intent → handler(turn).
    `awaits`: name → handler(turn) for the next free text after a question of ours.
    `kinds`: kind of message that is no text (photo, location, voice) → handler(turn), when nobody waits for an answer.
    `phrases`: whole message, normalised and without diacritics → handler(turn); tried before understanding.
    `catches`: handlers that know by themselves whether a free text is for them; tried after the phrases.
    """

    verbs: Mapping[str, Handler] = field(default_factory=dict)
    intents: Mapping[str, Handler] = field(default_factory=dict)
    awaits: Mapping[str, Handler] = field(default_factory=dict)
    kinds: Mapping[str, Handler] = field(default_factory=dict)
    phrases: Mapping[str, Handler] = field(default_factory=dict)
    catches: tuple[Handler, ...] = ()
