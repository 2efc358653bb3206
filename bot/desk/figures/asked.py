"""Figures of what people asked the bot: by topic and outcome, where they got stuck, over which channel they wrote."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.figures.period import Period
from bot.desk.tables import OfficerGroup, Takeover
from bot.outcomes import Outcome
from bot.tables import ChannelAccount, Conversation, Difficulty, InboxEvent, Question

_ANSWERED = {Outcome.ANSWERED, Outcome.GUIDED}
UNANSWERED = {Outcome.UNANSWERABLE, Outcome.ERROR}
_ABOUT_A_TOPIC = _ANSWERED | UNANSWERED | {Outcome.CLARIFIED}


@dataclass(frozen=True)
class Topic:
    """How often a topic was asked about, and what came of it."""

    topic: str
    questions: int
    answered: int
    clarified: int
    unanswered: int


@dataclass(frozen=True)
class StuckAt:
    """How often people got stuck at a step of a procedure; `way` is online or in person."""

    topic: str
    way: str
    step: int
    times: int


@dataclass(frozen=True)
class Asked:
    """What was asked in a period. `outcomes` are of all questions, `topics` of those about one."""

    outcomes: Mapping[str, int]
    topics: tuple[Topic, ...]
    stuck: tuple[StuckAt, ...]
    takeovers: Mapping[str, int]  # by why
    messages: Mapping[str, int]  # by channel

    @property
    def questions(self) -> int:
        """All of them."""
        return sum(self.outcomes.values())

    @property
    def unanswered(self) -> int:
        """To how many the bot knew no answer."""
        return sum(number for outcome, number in self.outcomes.items() if outcome in UNANSWERED)


async def asked_in(session: AsyncSession, office_id: int, period: Period) -> Asked:
    """The figures of one office."""
    outcomes, topics = await _questions(session, office_id, period)
    return Asked(
        outcomes,
        topics,
        await _stuck(session, office_id, period),
        await _takeovers(session, office_id, period),
        await _messages(session, office_id, period),
    )


async def _questions(session: AsyncSession, office_id: int, period: Period) -> tuple[Counter[str], tuple[Topic, ...]]:
    topic = func.coalesce(Question.answered_with, Question.topic)
    rows = await session.execute(
        select(topic, Question.outcome, func.count())
        .where(Question.office_id == office_id, Question.asked_at >= period.start, Question.asked_at < period.end)
        .group_by(topic, Question.outcome)
    )
    outcomes: Counter[str] = Counter()
    by_topic: dict[str, Counter[str]] = defaultdict(Counter)
    for name, outcome, number in rows:
        outcomes[outcome] += number
        if name and outcome in _ABOUT_A_TOPIC:
            by_topic[name][outcome] += number
    topics = (
        Topic(
            name,
            ends.total(),
            sum(ends[one] for one in _ANSWERED),
            ends[Outcome.CLARIFIED],
            sum(ends[one] for one in UNANSWERED),
        )
        for name, ends in by_topic.items()
    )
    return outcomes, tuple(sorted(topics, key=lambda one: (-one.questions, one.topic)))


async def _stuck(session: AsyncSession, office_id: int, period: Period) -> tuple[StuckAt, ...]:
    rows = await session.execute(
        select(Difficulty.topic, Difficulty.way, Difficulty.step, func.count())
        .where(Difficulty.office_id == office_id)
        .where(Difficulty.noted_at >= period.start, Difficulty.noted_at < period.end)
        .group_by(Difficulty.topic, Difficulty.way, Difficulty.step)
        .order_by(func.count().desc(), Difficulty.topic, Difficulty.way, Difficulty.step)
    )
    return tuple(StuckAt(topic, way, step, times) for topic, way, step, times in rows)


async def _takeovers(session: AsyncSession, office_id: int, period: Period) -> dict[str, int]:
    rows = await session.execute(
        select(Takeover.why, func.count())
        .where(Takeover.office_id == office_id)
        .where(Takeover.started_at >= period.start, Takeover.started_at < period.end)
        .group_by(Takeover.why)
    )
    return dict(rows.all())


async def _messages(session: AsyncSession, office_id: int, period: Period) -> dict[str, int]:
    """What citizens sent: neither the platforms' own events, nor what officers wrote in their groups."""
    groups = select(OfficerGroup.address).where(OfficerGroup.account_id == Conversation.account_id)
    rows = await session.execute(
        select(ChannelAccount.channel, func.count())
        .select_from(InboxEvent)
        .join(Conversation, Conversation.id == InboxEvent.conversation_id)
        .join(ChannelAccount, ChannelAccount.id == InboxEvent.account_id)
        .where(ChannelAccount.office_id == office_id, InboxEvent.state != "ignored")
        .where(InboxEvent.received_at >= period.start, InboxEvent.received_at < period.end)
        .where(Conversation.address.not_in(groups))
        .where(or_(InboxEvent.outcome.is_(None), InboxEvent.outcome != Outcome.OFFICER))
        .group_by(ChannelAccount.channel)
        .order_by(ChannelAccount.channel)
    )
    return dict(rows.all())
