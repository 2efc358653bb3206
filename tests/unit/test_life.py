"""The life of a report: random moves by random actors never lead where they must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.life import (
    ACKNOWLEDGING,
    ANY,
    CLOSED,
    FIXED,
    INTERNAL,
    OPEN,
    REOPEN_WITHIN,
    RULES,
    STATE_NAMES,
    Actor,
    Doing,
    Impossible,
    Move,
    Standing,
    State,
    after,
    possible,
)

AN, BINH = 1, 2
HOUR = 3600.0


def doing(move: Move, actor: Actor = "officer", **given_with: object) -> Doing:
    """A move with everything that any move may need."""
    full: dict[str, object] = {
        "officer": AN if actor == "officer" else None,
        "words": "đã xem",
        "owner": BINH,
        "day": "2026-12-01",
        "responsible": "Điện lực",
        "category": "den-duong",
        "original": "A3K-7TQ-9CE",
        "stars": 5,
    }
    return Doing(move, actor, **(full | given_with))  # type: ignore[arg-type]


def led(*moves: Move | tuple[Move, Actor], now: float = 0.0) -> Standing:
    """Where these moves lead from the beginning."""
    standing = Standing(State.NEW)
    for one in moves:
        move, actor = one if isinstance(one, tuple) else (one, "officer")
        standing = after(standing, doing(move, actor), now)
    return standing


class TestTheUsualWay:
    def test_taken_worked_on_done_and_confirmed(self) -> None:
        standing = led(Move.CLAIM, Move.START, Move.FINISH, (Move.CONFIRM, "citizen"), (Move.RATE, "citizen"))
        assert (standing.state, standing.owner) == (State.DONE, AN)

    def test_not_done_after_all_goes_back_to_the_same_officer(self) -> None:
        standing = led(Move.CLAIM, Move.FINISH, (Move.REOPEN, "citizen"))
        assert (standing.state, standing.owner, standing.reopened) == (State.ACKNOWLEDGED, AN, 1)
        assert standing.done_at is None

    def test_whoever_answers_a_new_report_has_taken_it(self) -> None:
        assert led(Move.ANSWER) == Standing(State.ACKNOWLEDGED, AN)

    def test_a_note_takes_nothing(self) -> None:
        assert led(Move.NOTE) == Standing(State.NEW)

    def test_given_to_another_it_is_the_others(self) -> None:
        assert led(Move.CLAIM, Move.ASSIGN).owner == BINH

    def test_a_peers_words_leave_it_with_the_desk(self) -> None:
        assert led((Move.START, "peer")).owner is None


class TestTakingItBack:
    def test_ends_it(self) -> None:
        assert led(Move.CLAIM, (Move.WITHDRAW, "citizen")).state is State.WITHDRAWN

    def test_ends_nothing_for_others_who_told_of_the_same(self) -> None:
        standing = Standing(State.IN_PROGRESS, AN, followed=True)
        assert after(standing, doing(Move.WITHDRAW, "citizen"), 0.0) == standing


def test_nobody_outside_hears_of_the_offices_own_business_and_filing_is_no_seeing_to_it() -> None:
    assert {Move.NOTE, Move.ASSIGN, Move.FILE} == INTERNAL
    assert set(Move) - ACKNOWLEDGING == {Move.NOTE, Move.FILE}


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("move", "without", "why"),
        [
            (Move.REFUSE, "responsible", "cơ quan nào chịu trách nhiệm"),
            (Move.FORWARD, "responsible", "cơ quan nào chịu trách nhiệm"),
            (Move.FINISH, "words", "lời nhắn"),
            (Move.ASSIGN, "owner", "cán bộ"),
            (Move.SCHEDULE, "day", "ngày hẹn"),
            (Move.MERGE, "original", "phản ánh gốc"),
            (Move.FILE, "category", "loại việc"),
        ],
    )
    def test_a_move_without_what_it_needs(self, move: Move, without: str, why: str) -> None:
        empty = None if without == "owner" else ""
        with pytest.raises(Impossible, match=why):
            after(Standing(State.NEW), doing(move, **{without: empty}), 0.0)

    @pytest.mark.parametrize("stars", [-1, 0, 6])
    def test_stars_that_are_not_one_to_five(self, stars: int) -> None:
        with pytest.raises(Impossible, match="sao"):
            after(led(Move.FINISH), doing(Move.RATE, "citizen", stars=stars), 0.0)

    def test_a_citizen_cannot_do_an_officers_work(self) -> None:
        assert possible(Standing(State.NEW), "citizen", 0.0) == (Move.WITHDRAW, Move.ADD)

    def test_a_report_is_reopened_within_fourteen_days_and_not_later(self) -> None:
        done = led(Move.FINISH)
        assert after(done, doing(Move.REOPEN, "citizen"), REOPEN_WITHIN).state is State.ACKNOWLEDGED
        with pytest.raises(Impossible, match="14 ngày"):
            after(done, doing(Move.REOPEN, "citizen"), REOPEN_WITHIN + 1)

    def test_a_citizen_cannot_reopen_what_is_not_the_offices(self) -> None:
        with pytest.raises(Impossible, match="báo xong"):
            after(led(Move.REFUSE), doing(Move.REOPEN, "citizen"), 0.0)

    def test_closed_is_closed(self) -> None:
        for closed in (led(Move.REFUSE), led(Move.MERGE), led((Move.WITHDRAW, "citizen"))):
            with pytest.raises(Impossible):
                after(closed, doing(Move.START), 0.0)


steps = st.lists(
    st.tuples(
        st.sampled_from(list(Move)),
        st.sampled_from(["citizen", "officer", "peer"]),
        st.sampled_from([AN, BINH]),
        st.floats(0, 20 * 24 * HOUR),
    ),
    max_size=30,
)


@given(steps)
def test_random_moves_never_reach_an_impossible_state(moves: list[tuple[Move, Actor, int, float]]) -> None:
    standing, now, made = Standing(State.NEW), 0.0, 0
    for move, actor, officer, passed in moves:
        now += passed
        before = standing
        allowed = move in possible(before, actor, now)
        try:
            standing = after(before, doing(move, actor, officer=officer if actor == "officer" else None), now)
        except Impossible:
            assert not allowed
            continue
        made += 1
        assert allowed
        assert standing.state in ANY
        assert before.state in RULES[move].sources
        assert actor in RULES[move].actors
        assert (standing.state is State.NEW) <= (standing.owner is None)  # new is what nobody has taken
        assert not (before.owner is not None and standing.owner is None)  # never let go of
        assert (standing.done_at is not None) == (standing.state is State.DONE)
        assert standing.reopened == before.reopened + (move is Move.REOPEN)
        if before.state in CLOSED | FIXED and standing.state in OPEN:
            assert move is Move.REOPEN


def test_every_state_belongs_to_one_family_and_has_a_name() -> None:
    assert set(State) == ANY == set(STATE_NAMES)
    assert not OPEN & CLOSED
    assert not OPEN & FIXED
    assert not CLOSED & FIXED
