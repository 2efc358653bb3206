"""What a conversation remembers between two messages. Stored as JSON with the conversation."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.desk.taking.draft import Draft, Errand

Way = Literal["mang", "quay", "chung"]  # over the internet, at the counter, either


class GuideStep(BaseModel):
    """A step of a guide, counted from 1."""

    model_config = ConfigDict(frozen=True)

    topic: str
    way: Way
    step: int


class Talk(BaseModel):
    """The state of one conversation.

    `topic` is the topic in hand, `guide` the guide in progress, `awaiting` the action (by its `awaits` name) that gets
    the next free text, `at` when the person last wrote (seconds since 1970), `choices` the payloads of the last choices
    offered: a bare "2" picks the second. `draft` is a report being written, `errand` what is being done with a report
    that was sent.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    greeted: bool = False
    topic: str | None = None
    guide: GuideStep | None = None
    awaiting: str | None = None
    at: float = 0.0
    choices: tuple[str, ...] = ()
    draft: Draft | None = None
    errand: Errand | None = None
