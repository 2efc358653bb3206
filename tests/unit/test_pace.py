"""A caller may do something so many times within a minute."""

import pytest

from api.pace import Pace, caller_at


def test_a_caller_has_its_own_minute_and_a_new_one_after_it() -> None:
    now = [0.0]
    pace = Pace(2, lambda: now[0])
    assert [pace.keeps("a"), pace.keeps("a"), pace.keeps("a"), pace.keeps("b")] == [True, True, False, True]
    now[0] = 59.9
    assert not pace.keeps("a")
    now[0] = 60.0
    assert pace.keeps("a")


def test_all_callers_together_have_a_limit_that_one_alone_cannot_use_up() -> None:
    now = [0.0]
    pace = Pace(2, lambda: now[0], together=4)
    assert [pace.keeps("a") for _ in range(9)] == [True, True] + 7 * [False]
    assert [pace.keeps(caller) for caller in "bcd"] == [True, True, False]
    now[0] = 60.0
    assert pace.keeps("d")


def test_callers_of_the_past_are_forgotten() -> None:
    now = [0.0]
    pace = Pace(2, lambda: now[0])
    for caller in range(10_000):
        now[0] += 0.1
        pace.keeps(caller)
    assert len(pace) <= 1_200


@pytest.mark.parametrize(
    ("host", "caller"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unix", "unix"),
        (None, ""),
    ],
)
def test_a_home_is_one_caller_however_many_addresses_it_has(host: str | None, caller: str) -> None:
    assert caller_at(host) == caller
