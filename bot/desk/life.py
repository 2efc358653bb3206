"""The life of a report: which moves there are, who may make them, and where they lead. Nothing else changes a state.

A report is open, closed or fixed. It always has exactly one owner: the desk of its office until an officer takes it,
that officer afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

REOPEN_WITHIN = 14 * 24 * 3600.0  # seconds after it was called done
Actor = Literal["citizen", "officer", "peer"]  # a peer is another body's system


class State(StrEnum):
    """Where a report stands; the value is what the database and the addresses say."""

    NEW = "moi"
    ACKNOWLEDGED = "da-nhan"
    IN_PROGRESS = "dang-xu-ly"
    FORWARDED = "da-chuyen"
    SCHEDULED = "hen-ngay"
    NOT_OURS = "khong-thuoc-tham-quyen"
    DUPLICATE = "trung"
    WITHDRAWN = "rut-lai"
    DONE = "da-xong"


OPEN = frozenset({State.NEW, State.ACKNOWLEDGED, State.IN_PROGRESS, State.FORWARDED, State.SCHEDULED})
CLOSED = frozenset({State.NOT_OURS, State.DUPLICATE, State.WITHDRAWN})
FIXED = frozenset({State.DONE})
ANY = OPEN | CLOSED | FIXED

STATE_NAMES: Mapping[State, str] = {
    State.NEW: "Mới",
    State.ACKNOWLEDGED: "Đã nhận",
    State.IN_PROGRESS: "Đang xử lý",
    State.FORWARDED: "Đã chuyển",
    State.SCHEDULED: "Hẹn ngày",
    State.NOT_OURS: "Không thuộc thẩm quyền",
    State.DUPLICATE: "Trùng",
    State.WITHDRAWN: "Đã rút lại",
    State.DONE: "Đã xong",
}


class Move(StrEnum):
    """What can be done to a report."""

    CLAIM = "nhan-viec"
    ASSIGN = "giao-viec"
    START = "bat-dau"
    SCHEDULE = "hen-ngay"
    FORWARD = "chuyen"
    ANSWER = "tra-loi"
    NOTE = "ghi-chu"
    FILE = "xep-loai"
    REFUSE = "khong-thuoc-tham-quyen"
    MERGE = "gop"
    FINISH = "xong"
    WITHDRAW = "rut-lai"
    ADD = "bo-sung"
    CONFIRM = "xac-nhan"
    REOPEN = "chua-xong"
    RATE = "danh-gia"


@dataclass(frozen=True)
class _Rule:
    """From which states a move is possible, by whom, where it leads (None: stays) and what must come with it."""

    actors: frozenset[Actor]
    sources: frozenset[State]
    target: State | None = None
    needs: tuple[str, ...] = ()
    takes: bool = False  # an officer who does this to a report without an officer becomes its owner


# The office's own business: nobody outside it reads the words, or hears of it as long as the state stays.
INTERNAL = frozenset({Move.NOTE, Move.ASSIGN, Move.FILE})
# What an officer or a peer does by it, somebody has seen to the report: no remark, no label.
ACKNOWLEDGING = frozenset(Move) - {Move.NOTE, Move.FILE}

_OFFICER: frozenset[Actor] = frozenset({"officer"})
_CITIZEN: frozenset[Actor] = frozenset({"citizen"})
_WORKING: frozenset[Actor] = frozenset({"officer", "peer"})

RULES: Mapping[Move, _Rule] = {
    Move.CLAIM: _Rule(_OFFICER, OPEN, takes=True),
    Move.ASSIGN: _Rule(_OFFICER, OPEN, needs=("owner",)),
    Move.START: _Rule(_WORKING, OPEN - {State.IN_PROGRESS}, State.IN_PROGRESS, takes=True),
    Move.SCHEDULE: _Rule(_OFFICER, OPEN, State.SCHEDULED, ("day",), takes=True),
    Move.FORWARD: _Rule(_OFFICER, OPEN, State.FORWARDED, ("responsible",), takes=True),
    Move.ANSWER: _Rule(_WORKING, ANY, needs=("words",), takes=True),
    Move.NOTE: _Rule(_OFFICER, ANY, needs=("words",)),
    Move.FILE: _Rule(_OFFICER, OPEN, needs=("category",)),
    Move.REFUSE: _Rule(_WORKING, OPEN, State.NOT_OURS, ("words", "responsible"), takes=True),
    Move.MERGE: _Rule(_OFFICER, OPEN, State.DUPLICATE, ("original",), takes=True),
    Move.FINISH: _Rule(_WORKING, OPEN, State.DONE, ("words",), takes=True),
    Move.WITHDRAW: _Rule(_CITIZEN, OPEN, State.WITHDRAWN),
    Move.ADD: _Rule(_CITIZEN, OPEN, needs=("words",)),
    Move.CONFIRM: _Rule(_CITIZEN, FIXED),
    Move.REOPEN: _Rule(frozenset({"citizen", "officer"}), FIXED | {State.NOT_OURS}, needs=("words",)),
    Move.RATE: _Rule(_CITIZEN, FIXED, needs=("stars",)),
}

_MISSING = {
    "owner": "chưa chọn cán bộ nhận việc",
    "day": "chưa có ngày hẹn",
    "responsible": "phải nêu rõ cơ quan nào chịu trách nhiệm",
    "words": "chưa có lời nhắn",
    "category": "chưa chọn loại việc",
    "original": "chưa nêu phản ánh gốc",
    "stars": "chưa chọn số sao, từ 1 đến 5",
}


class Impossible(Exception):
    """A move that cannot be made; the words (Vietnamese) say why and are meant to be shown."""


@dataclass(frozen=True)
class Standing:
    """What of a report its life depends on. `owner` is an officer's id, none for the desk; times in seconds.

    `followed`: others told of the same, and count on it.
    """

    state: State
    owner: int | None = None
    done_at: float | None = None
    reopened: int = 0
    followed: bool = False


@dataclass(frozen=True)
class Doing:
    """A move, who makes it, and what comes with it.

    `officer` is set when the actor is one; `owner` is whom ASSIGN gives it to; `day` an ISO date; `responsible` who
    must act instead; `original` the code of the report it duplicates; `stars` 1 to 5.
    """

    move: Move
    actor: Actor
    officer: int | None = None
    words: str = ""
    owner: int | None = None
    day: str = ""
    responsible: str = ""
    category: str = ""
    original: str = ""
    stars: int = 0
    photos: tuple[str, ...] = ()


def after(standing: Standing, doing: Doing, now: float) -> Standing:
    """Where a report stands after a move; `Impossible` when it cannot be made."""
    rule = RULES[doing.move]
    _check(rule, standing, doing, now)
    owner = _owner(rule, standing, doing)
    target = _target(rule, standing, doing.move, owner)
    return replace(
        standing,
        state=target,
        owner=owner,
        done_at=(standing.done_at if target is standing.state else now) if target is State.DONE else None,
        reopened=standing.reopened + (doing.move is Move.REOPEN),
    )


def possible(standing: Standing, actor: Actor, now: float) -> tuple[Move, ...]:
    """The moves that an actor may make now."""
    return tuple(move for move, rule in RULES.items() if _refusal(rule, move, standing, actor, now) is None)


def _check(rule: _Rule, standing: Standing, doing: Doing, now: float) -> None:
    if refusal := _refusal(rule, doing.move, standing, doing.actor, now):
        raise Impossible(refusal)
    for need in rule.needs:
        if not getattr(doing, need):
            raise Impossible(f"Chưa làm được: {_MISSING[need]}.")
    if doing.move is Move.RATE and not 1 <= doing.stars <= 5:
        raise Impossible(f"Chưa làm được: {_MISSING['stars']}.")
    if doing.actor == "officer" and doing.officer is None:
        raise Impossible("Chưa làm được: không rõ cán bộ nào.")


def _refusal(rule: _Rule, move: Move, standing: Standing, actor: Actor, now: float) -> str | None:
    if actor not in rule.actors:
        return "Việc này không phải do người này làm."
    if standing.state not in rule.sources:
        return f"Phản ánh đang ở tình trạng “{STATE_NAMES[standing.state]}” nên không làm được việc này."
    if move is Move.REOPEN and actor == "citizen":
        if standing.state is not State.DONE:
            return "Chỉ phản ánh đã báo xong mới mở lại được."
        if now - (standing.done_at or 0.0) > REOPEN_WITHIN:
            return "Đã quá 14 ngày kể từ khi báo xong; bà con gửi phản ánh mới giúp."
    return None


def _owner(rule: _Rule, standing: Standing, doing: Doing) -> int | None:
    if doing.move is Move.ASSIGN:
        return doing.owner
    takes = doing.actor == "officer" and rule.takes and (doing.move is Move.CLAIM or standing.owner is None)
    return doing.officer if takes else standing.owner


def _target(rule: _Rule, standing: Standing, move: Move, owner: int | None) -> State:
    """New is what nobody has taken: whoever takes a new report has acknowledged it. What others count on goes on."""
    if move is Move.WITHDRAW and standing.followed:
        return standing.state
    target = State.NEW if move is Move.REOPEN else rule.target or standing.state
    return State.ACKNOWLEDGED if target is State.NEW and owner is not None else target
