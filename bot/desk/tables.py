"""The desk's tables. Everything belongs to an office; times are seconds since 1970, UTC."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.tables import WAITING, RowId, Table


class Officer(Table):
    """Somebody of an office who works with reports. `role`: can-bo, lanh-dao or quan-tri."""

    __tablename__ = "officers"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str] = mapped_column(String(200))  # argon2id, with its parameters
    telegram_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)  # wrong passwords in a row
    locked_until: Mapped[float] = mapped_column(default=0.0)
    created_at: Mapped[float]


class OfficerSession(Table):
    """A signed-in browser. Only a hash of the cookie is kept."""

    __tablename__ = "officer_sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[float]
    seen_at: Mapped[float]


class BindingCode(Table):
    """A code, good once and for a short while, with which an officer's Telegram or a group is bound to an office."""

    __tablename__ = "binding_codes"
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    kind: Mapped[str] = mapped_column(String(8))  # officer, group
    expires_at: Mapped[float]


class OfficerGroup(Table):
    """A Telegram group (or one topic of it) that hears of an office's reports."""

    __tablename__ = "officer_groups"
    __table_args__ = (UniqueConstraint("account_id", "address"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_accounts.id"))
    address: Mapped[str] = mapped_column(String(128))  # "chat" or "chat/topic"
    bound_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    created_at: Mapped[float]


class Report(Table):
    """A problem that somebody reported. `state` and `owner_id` change in `bot.desk.reports` only."""

    __tablename__ = "reports"
    __table_args__ = (
        Index("ix_reports_inbox", "office_id", "state", "opened_at"),
        Index("ix_reports_by_day", "office_id", "opened_at"),
        Index("ix_reports_alike", "office_id", "category", "state"),
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    code: Mapped[str] = mapped_column(String(16), unique=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    source: Mapped[str] = mapped_column(String(16))  # the channel, or open311
    category: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text)  # masked
    place: Mapped[str] = mapped_column(Text, default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    reporter: Mapped[str] = mapped_column(String(120), default="")  # only if the person wants to be named
    contact: Mapped[dict[str, Any] | None]  # of another system's reporter, when it gave one
    state: Mapped[str] = mapped_column(String(24))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)  # one more with each move
    opened_at: Mapped[float]
    changed_at: Mapped[float]
    acknowledge_by: Mapped[float]
    answer_by: Mapped[float]
    acknowledged_at: Mapped[float | None]
    answered_at: Mapped[float | None]  # the first words that the citizen heard
    done_at: Mapped[float | None]
    ended_at: Mapped[float | None]  # closed or fixed
    day: Mapped[str] = mapped_column(String(10), default="")  # that it is promised for
    responsible: Mapped[str] = mapped_column(Text, default="")  # who must act instead
    original_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    reopened: Mapped[int] = mapped_column(default=0)
    stars: Mapped[int | None]


class ReportEvent(Table):
    """One move in the life of a report. Never changed, never deleted before the report is."""

    __tablename__ = "report_events"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    at: Mapped[float]
    actor: Mapped[str] = mapped_column(String(8))  # citizen, officer, peer
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    move: Mapped[str] = mapped_column(String(24))  # "gui" for the first
    from_state: Mapped[str] = mapped_column(String(24))
    to_state: Mapped[str] = mapped_column(String(24))
    words: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Attachment(Table):
    """A photo: of a draft (no report yet), of a report, or of one event of it. The file is named by its content."""

    __tablename__ = "attachments"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"), index=True)
    report_event_id: Mapped[int | None] = mapped_column(ForeignKey("report_events.id"))
    file: Mapped[str] = mapped_column(String(80), index=True)
    size: Mapped[int]
    created_at: Mapped[float]


class Follower(Table):
    """Somebody who reported the same and hears of the changes too."""

    __tablename__ = "followers"
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    since: Mapped[float]


class GroupPost(Table):
    """Which message in a group speaks of which report, so that a reply to it reaches the citizen."""

    __tablename__ = "group_posts"
    __table_args__ = (UniqueConstraint("group_id", "outbox_id"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("officer_groups.id"))
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id"))


class Delivery(Table):
    """A report on its way to another body; kept until delivered."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("report_event_id", "way", "recipient"),
        Index("ix_deliveries_waiting", "next_try_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_deliveries_followed", "way", "state"),
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    report_event_id: Mapped[int] = mapped_column(ForeignKey("report_events.id"))
    way: Mapped[str] = mapped_column(String(8))  # email, open311
    recipient: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))  # waiting, sent, closed (over there; no longer asked about)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[float]
    leased_until: Mapped[float] = mapped_column(default=0.0)
    created_at: Mapped[float]
    sent_at: Mapped[float | None]
    remote_id: Mapped[str] = mapped_column(String(120), default="")  # what the other system calls it
    error: Mapped[str] = mapped_column(Text, default="")


class Takeover(Table):
    """A conversation that an officer talks in, or is asked to: the bot is silent in it meanwhile."""

    __tablename__ = "takeovers"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))  # none: asked for, nobody there yet
    # asked, left (outside opening hours: the bot answers on), clicked, elsewhere (an officer wrote in Zalo's own tool)
    why: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[float]
    quiet_since: Mapped[float]  # the last word in it, of either side
    ended_at: Mapped[float | None]


class TakeoverLine(Table):
    """What was said while a person had taken over (masked)."""

    __tablename__ = "takeover_lines"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    takeover_id: Mapped[int] = mapped_column(ForeignKey("takeovers.id"), index=True)
    at: Mapped[float]
    actor: Mapped[str] = mapped_column(String(8))  # citizen, officer
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    words: Mapped[str] = mapped_column(Text)


class AuditEntry(Table):
    """What an officer did or looked at: never changed."""

    __tablename__ = "audit_log"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    at: Mapped[float]
    what: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(120), default="")
    detail: Mapped[str] = mapped_column(Text, default="")


class PeerKey(Table):
    """An API key with which another system may send reports to an office over Open311. Only a hash is kept."""

    __tablename__ = "peer_keys"
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[float]
