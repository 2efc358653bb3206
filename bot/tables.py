"""The tables. Everything belongs to an office (a commune); times are seconds since 1970, UTC."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    text,
)
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, mapped_column

UNHEARD = text("state IN ('held', 'undeliverable')")
WAITING = text("state = 'waiting'")  # the queues are short, the tables long: index only what waits
ARRIVED = text("platform_id IS NOT NULL")

# SQLite counts rows by itself only in a column of type INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


class Table(DeclarativeBase):
    """Base of all tables; constraints get names that migrations can refer to."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: JSON}  # noqa: RUF012 (SQLAlchemy's own form)


def waits(state: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a row is in a queue. A database takes the index of what waits only when it reads the word itself."""
    return state == bindparam(None, "waiting", String, unique=True, literal_execute=True)


def stopped(state: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a message goes no further, in the words of the index of such."""
    words = ("held", "undeliverable")
    return state.in_(bindparam(None, words, String, unique=True, expanding=True, literal_execute=True))


class Office(Table):
    """A commune. Its facts (address, hours, phone) are in `data/offices/<slug>.yml`."""

    __tablename__ = "offices"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)


class ChannelAccount(Table):
    """One bot of an office on one channel, as its webhook's address names it."""

    __tablename__ = "channel_accounts"
    __table_args__ = (UniqueConstraint("channel", "name"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    channel: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))


class ZaloToken(Table):
    """The OAuth pair of a Zalo OA. A refresh token works once, so only the holder of the lease may use it."""

    __tablename__ = "zalo_tokens"
    app_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seed: Mapped[str] = mapped_column(String(64))  # hash of the settings' first token: another one starts anew
    access_token: Mapped[str] = mapped_column(Text, default="")
    refresh_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[float] = mapped_column(default=0.0)
    leased_until: Mapped[float] = mapped_column(default=0.0)
    broken: Mapped[str] = mapped_column(Text, default="")  # why the OA must be authorised again


class Conversation(Table):
    """One person on one account. `talk` is what the dialogue remembers (see `bot.talk`)."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("account_id", "address"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_accounts.id"))
    address: Mapped[str] = mapped_column(String(128))  # the platform's id of the chat
    talk: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[float]
    worker: Mapped[str | None] = mapped_column(String(40))  # who works on its events, until when
    worked_until: Mapped[float] = mapped_column(default=0.0)
    sender: Mapped[str | None] = mapped_column(String(40))  # who sends its replies, until when
    sent_until: Mapped[float] = mapped_column(default=0.0)
    heard_at: Mapped[float] = mapped_column(default=0.0)  # when the person last wrote


class InboxEvent(Table):
    """A platform's event as it arrived. The body is dropped once the event is done."""

    __tablename__ = "inbox_events"
    __table_args__ = (
        UniqueConstraint("account_id", "event_key"),
        Index("ix_inbox_waiting", "conversation_id", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_inbox_due", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_inbox_talk", "conversation_id"),
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_accounts.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    event_key: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(String(10))  # waiting, done, failed, ignored
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[float]
    received_at: Mapped[float]
    done_at: Mapped[float | None]
    outcome: Mapped[str | None] = mapped_column(String(24))
    error: Mapped[str] = mapped_column(Text, default="")


class OutboxMessage(Table):
    """A reply on its way. What cannot be delivered stays, marked."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index("ix_outbox_waiting", "conversation_id", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_outbox_due", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_outbox_unheard", "conversation_id", "id", sqlite_where=UNHEARD, postgresql_where=UNHEARD),
        Index("ix_outbox_talk", "conversation_id", "id"),
        Index("ix_outbox_arrived", "conversation_id", "platform_id", sqlite_where=ARRIVED, postgresql_where=ARRIVED),
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("inbox_events.id"))
    reply: Mapped[dict[str, Any]]
    edits: Mapped[str | None] = mapped_column(String(64))  # the platform's message to replace
    # waiting, held (until the person writes again), sent, undeliverable, cancelled (it is for nobody any more)
    state: Mapped[str] = mapped_column(String(13))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[float]
    created_at: Mapped[float]
    sent_at: Mapped[float | None]
    platform_id: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str] = mapped_column(Text, default="")


class Question(Table):
    """A question in the person's words (numbers of people masked) and what the bot made of it."""

    __tablename__ = "questions"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("inbox_events.id"), index=True)
    asked_at: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(String(64))
    confidence: Mapped[float]
    aspect: Mapped[str] = mapped_column(String(16))
    answered_with: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(24))


class Difficulty(Table):
    """Where someone got stuck in a guide, in their words (masked)."""

    __tablename__ = "difficulties"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("inbox_events.id"))
    noted_at: Mapped[float]
    topic: Mapped[str] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(8))
    step: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
