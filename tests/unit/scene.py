"""A stage for the dialogue: the real knowledge, office and actions, and an understanding that hears what it is told."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.dialogue import handle
from bot.knowledge import Knowledge, load_knowledge
from bot.masking import mask
from bot.messages import Incoming, Reply
from bot.offices import Office, load_offices
from bot.registry import Actions, load_actions
from bot.settings import ROOT
from bot.talk import Talk
from bot.turn import Result, Turn
from bot.understanding import NotUnderstood
from nlu.parse import Guess, Parse

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
AFTER_THE_NEW_LAW = datetime(2027, 3, 1, 9, 0, tzinfo=NOW.tzinfo)
T = TypeVar("T")
STALE = "Nút này không còn dùng được"


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """The knowledge as shipped."""
    return load_knowledge(ROOT / "data" / "knowledge")


@lru_cache(maxsize=1)
def office() -> Office:
    """The example commune."""
    return load_offices(ROOT / "data" / "offices")["xa-vi-du"]


@lru_cache(maxsize=1)
def actions() -> Actions:
    """All actions of the package."""
    return load_actions()


def parsed(*ranking: tuple[str, float], aspect: str = "overview", sure: float = 0.9) -> Parse:
    """A parse with this ranking, best first."""
    guesses = tuple(Guess(name, confidence) for name, confidence in ranking)
    return Parse("", guesses[0], guesses, Guess(aspect, sure), ())


class Hears:
    """An understanding that hears every text as one parse, or is out of order."""

    def __init__(self, parse: Parse | None = None) -> None:
        self.parse_heard = parse
        self.texts: list[str] = []

    async def parse(self, text: str) -> Parse:
        self.texts.append(text)
        if self.parse_heard is None:
            raise NotUnderstood("out of order")
        return self.parse_heard

    async def close(self) -> None:
        """Nothing to close."""


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run what never waits, without the millisecond that an event loop costs."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    raise AssertionError("the dialogue waited for something")


def turn(message: Incoming, talk: Talk | None = None, now: datetime = NOW) -> Turn:
    """A message in a conversation."""
    return Turn(message, mask(message.text), talk or Talk(greeted=True), knowledge(), office(), now)


@dataclass
class Person:
    """Someone talking to the bot; remembers the talk between messages and what came back last."""

    talk: Talk = field(default_factory=lambda: Talk(greeted=True))
    now: datetime = NOW
    last: Result | None = None

    def send(self, message: Incoming, heard: Parse | None = None) -> Result:
        """Any message; `heard` is what the understanding makes of it, none when it is out of order."""
        handled = at_once(handle(turn(message, self.talk, self.now), actions(), Hears(heard)))
        self.last, self.talk = handled.result, Talk.model_validate(handled.result.talk.model_dump(mode="json"))
        return self.last

    def say(self, text: str, *ranking: tuple[str, float], aspect: str = "overview") -> Result:
        """Type a text that is understood as this ranking; without one, understanding is out of order."""
        heard = parsed(*ranking, aspect=aspect) if ranking else None
        return self.send(Incoming(kind="text", text=text), heard)

    def press(self, payload: str) -> Result:
        """Press a button."""
        return self.send(Incoming(kind="payload", payload=payload))

    def wait(self, **time: float) -> None:
        """Let time go by: `wait(days=3)`."""
        self.now += timedelta(**time)


def words(result: Result) -> str:
    """All that a result says, without its buttons."""
    return "\n".join(line for reply in result.replies for line in reply.lines())


def payloads(replies: Sequence[Reply]) -> list[str]:
    """What the buttons carry."""
    return [choice.payload for reply in replies for choice in reply.choices]


def labels(result: Result) -> list[str]:
    """What the buttons say."""
    return [choice.label for reply in result.replies for choice in reply.choices]
