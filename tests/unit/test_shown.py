"""The menu on somebody's screen, from what was sent to them and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.messages import Choice, Reply
from bot.shown import choices_shown
from bot.store import Store, migrate
from bot.tables import ChannelAccount, Conversation, InboxEvent, Office, OutboxMessage

NOW = 1_800_000_000.0


@dataclass(frozen=True)
class Said:
    """A message to them, so many seconds ago; `answers` is an event, none for news."""

    menu: str = ""
    ago: float = 60.0
    sent_ago: float | None = None  # as soon as it was made, when not said
    answers: int | None = None
    state: str = "sent"
    attempts: int = 0


Shown = Callable[..., tuple[str, ...]]


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    """What is on the screen of somebody who was sent this; the events are numbered 1 to 3, the third failed."""
    url = f"sqlite+aiosqlite:///{tmp_path}/motcua.db"
    migrate(url)

    def shown(said: Sequence[Said], *, being_sent: bool = False) -> tuple[str, ...]:
        async def inside() -> tuple[str, ...]:
            store = Store(url)
            try:
                async with store.write() as session:
                    session.add(Office(id=1, slug="xa"))
                    await session.flush()
                    session.add(ChannelAccount(id=1, office_id=1, channel="zalo", name="default"))
                    await session.flush()
                    sender = "me" if being_sent else None
                    people = (Conversation(id=one, account_id=1, address=f"{one}", created_at=0.0) for one in (1, 2))
                    session.add_all(people)
                    await session.flush()
                    (await session.get_one(Conversation, 1)).sender = sender
                    for number, outcome in enumerate(("answered", "answered", "error"), 1):
                        session.add(_event(number, outcome))
                    await session.flush()
                    session.add_all(_row(1, one) for one in said)
                    session.add(_row(2, Said("#cua-nguoi-khac", ago=1.0)))
                    await session.flush()
                    return await choices_shown(session, 1, NOW)
            finally:
                await store.close()

        return asyncio.run(inside())

    return shown


def _event(number: int, outcome: str) -> InboxEvent:
    return InboxEvent(
        id=number,
        account_id=1,
        conversation_id=1,
        event_key=f"{number}",
        state="done",
        next_try_at=0.0,
        received_at=0.0,
        outcome=outcome,
    )


def _row(conversation: int, said: Said) -> OutboxMessage:
    choices = (Choice(label="Một", payload=said.menu),) if said.menu else ()
    sent_ago = said.ago if said.sent_ago is None else said.sent_ago
    return OutboxMessage(
        conversation_id=conversation,
        event_id=said.answers,
        reply=Reply(text="Tin.", choices=choices).model_dump(mode="json", exclude_defaults=True),
        state=said.state,
        attempts=said.attempts,
        next_try_at=0.0,
        created_at=NOW - said.ago,
        sent_at=NOW - sent_ago if said.state == "sent" else None,
    )


class TestTheNewestMenuCounts:
    def test_of_answers(self, shown: Shown) -> None:
        assert shown([Said("#mot", 90, answers=1), Said("#hai", 60, answers=2)]) == ("#hai",)

    def test_of_news(self, shown: Shown) -> None:
        assert shown([Said("#mot", 90, answers=1), Said("#tin", 60)]) == ("#tin",)

    def test_that_was_sent_last_and_not_made_last(self, shown: Shown) -> None:
        """News that lay for an hour and went out after an answer."""
        assert shown([Said("#tin", 3600, sent_ago=30), Said("#mot", 90, answers=1)]) == ("#tin",)

    def test_though_photos_and_words_came_after_it(self, shown: Shown) -> None:
        assert shown([Said("#mot", 90, answers=1), Said("#tin", 60), Said(ago=59), Said(ago=58)]) == ("#tin",)

    def test_though_another_part_of_the_answer_came_after_it(self, shown: Shown) -> None:
        assert shown([Said("#mot", 90, answers=1), Said(ago=89, answers=1)]) == ("#mot",)

    def test_though_the_answer_after_it_was_an_apology(self, shown: Shown) -> None:
        assert shown([Said("#mot", 90, answers=1), Said(ago=60, answers=3)]) == ("#mot",)


class TestNothingIsOffered:
    def test_before_anything_was_said(self, shown: Shown) -> None:
        assert shown([]) == ()

    def test_after_an_answer_without_a_menu(self, shown: Shown) -> None:
        assert shown([Said("#mot", 90, answers=1), Said(ago=60, answers=2)]) == ()

    def test_by_news_before_such_an_answer(self, shown: Shown) -> None:
        assert shown([Said("#tin", 90), Said(ago=60, answers=2)]) == ()


class TestWhatHasNotArrivedOffersNothing:
    @pytest.mark.parametrize("state", ["held", "undeliverable", "waiting"])
    def test_in_any_state_but_sent(self, shown: Shown, state: str) -> None:
        assert shown([Said("#mot", 90, answers=1), Said("#tin", 60, state=state)]) == ("#mot",)

    def test_when_it_went_out_after_the_number_was_written(self, shown: Shown) -> None:
        assert shown([Said("#mot", 90, answers=1), Said("#tin", 60, sent_ago=-5)]) == ("#mot",)

    def test_when_it_was_released_by_the_number_itself(self, shown: Shown) -> None:
        """Made anew at that very moment, sent an instant later."""
        assert shown([Said("#tin", ago=0, sent_ago=-0.1), Said("#mot", 90, answers=1)]) == ("#mot",)

    def test_when_it_is_tried_again_and_again(self, shown: Shown) -> None:
        tried = Said("#tin", 60, state="waiting", attempts=3)
        assert shown([Said("#mot", 90, answers=1), tried], being_sent=True) == ("#mot",)


class TestWhatArrivesAsTheNumberIsWritten:
    def test_may_be_marked_as_sent_a_moment_later(self, shown: Shown) -> None:
        assert shown([Said("#mot", 90, answers=1), Said("#hai", 2, sent_ago=-0.2, answers=2)]) == ("#hai",)

    def test_may_still_be_in_the_senders_hands(self, shown: Shown) -> None:
        in_hand = Said("#hai", 2, answers=2, state="waiting")
        behind_it = Said("#ba", 2, answers=2, state="waiting")
        assert shown([Said("#mot", 90, answers=1), in_hand, behind_it], being_sent=True) == ("#hai",)
