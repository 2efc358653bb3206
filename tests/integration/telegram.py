"""A deployment whose Telegram is the double."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.fakes.serving import serve
from tests.fakes.telegram import FakeTelegram, Switches
from tests.fakes.telegram_people import Person
from tests.integration.deployment import Deployment, deploy

SECRET = "webhook-secret-for-tests"
_IDS = count(70_001)


@contextmanager
def on_telegram(folder: Path, fake: FakeTelegram, mode: str = "webhook", **options: Any) -> Iterator[Deployment]:
    """The application with this double; in webhook mode once the webhook is set."""
    with serve(fake.app) as api:
        environment = {
            "TELEGRAM_TOKEN": fake.token,
            "TELEGRAM_API": api,
            "TELEGRAM_MODE": mode,
            "TELEGRAM_SECRET": SECRET,
        }
        with deploy(folder, environment, clock=fake.clock, **options) as deployment:
            if mode == "webhook":
                deployment.wait_until(lambda: fake.webhook.url)
            yield deployment


def pushing(clock: Any) -> FakeTelegram:
    """A double that posts each update as soon as it exists."""
    return FakeTelegram(clock=clock, switches=Switches(deliver_at_once=True))


def someone(fake: FakeTelegram) -> Person:
    """A person of their own for each test, so that conversations do not mix."""
    return fake.person(next(_IDS))
