"""Long replies are cut to a channel's limit and lose nothing."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Choice, Link, Reply
from bot.splitting import split
from tests.unit.scene import knowledge

LIMIT = 400
texts = st.text(st.sampled_from("aă ế.\n" + string.ascii_lowercase), max_size=3000)
replies = st.builds(
    Reply,
    text=texts,
    heading=st.text("đ", max_size=40),
    source=st.none() | st.just(Link(label="Cổng", url="https://dichvucong.gov.vn")),
    footnote=st.text("n", max_size=40),
    choices=st.just((Choice(label="Danh mục", payload="#menu"),)),
    in_place=st.booleans(),
)


def written(reply: Reply) -> str:
    return "\n\n".join(reply.lines())


@given(replies)
def test_every_part_fits_with_room_for_the_choices(reply: Reply) -> None:
    parts = split(reply, LIMIT, 50)
    assert all(len(written(part)) <= LIMIT for part in parts)
    assert len(written(parts[-1])) + 50 <= LIMIT


@given(replies)
def test_nothing_but_white_space_is_lost_and_the_order_stays(reply: Reply) -> None:
    parts = split(reply, LIMIT, 50)
    assert "".join("".join(part.text for part in parts).split()) == "".join(reply.text.split())


@given(replies)
def test_the_heading_comes_first_and_source_and_choices_last(reply: Reply) -> None:
    first, *rest = split(reply, LIMIT, 50)
    last = rest[-1] if rest else first
    assert (first.heading, first.in_place) == (reply.heading, reply.in_place)
    assert (last.source, last.footnote, last.choices) == (reply.source, reply.footnote, reply.choices)
    assert not any(part.heading or part.in_place for part in rest)
    assert not any(part.choices or part.source or part.footnote for part in [first, *rest][:-1])


@pytest.mark.parametrize("mark", ["\n\n", "\n", ". ", " "])
def test_the_cut_is_where_a_reader_would_pause(mark: str) -> None:
    text = mark.join(["x" * 150] * 4)
    first, *_ = split(Reply(text=text), 320, 0)
    assert first.text == mark.join(["x" * 150] * 2) + mark.rstrip()


def test_a_short_reply_stays_as_it_is() -> None:
    reply = Reply(heading="Khai sinh", text="Miễn phí.")
    assert split(reply, 200, 0) == [reply]


def test_the_longest_answers_fit_zalo() -> None:
    for entry in knowledge():
        text = "\n".join([entry.short_answer, *entry.steps, *entry.steps_online, *entry.steps_in_person])
        assert all(len(written(part)) <= 2000 for part in split(Reply(heading=entry.title, text=text), 2000, 300))
