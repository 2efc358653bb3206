"""A deployment whose Zalo is the double."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fakes.clock import Clock
from tests.fakes.serving import serve
from tests.fakes.zalo import FakeZalo, Switches
from tests.fakes.zalo_people import Person
from tests.integration.deployment import Deployment, deploy

CALLS = 6000  # a minute, so that the pace of a small package does not slow the tests


@contextmanager
def on_zalo(folder: Path, fake: FakeZalo, refresh_token: str = "", **options: Any) -> Iterator[Deployment]:
    """The application with this double, its webhook saved in the console."""
    with serve(fake.app) as base:
        fake.media_url = f"{base}/media"
        environment = {
            "ZALO_APP_ID": fake.app_id,
            "ZALO_OA_ID": fake.oa_id,
            "ZALO_APP_SECRET": fake.app_secret,
            "ZALO_OA_SECRET": fake.webhook_secret,
            "ZALO_REFRESH_TOKEN": refresh_token or fake.issue_tokens().refresh,
            "ZALO_API": f"{base}/openapi",
            "ZALO_OAUTH": f"{base}/oauth",
            "ZALO_PER_MINUTE": str(CALLS),
            "ZALO_PHOTO_HOSTS": f"zdn.vn, {base}",
        }
        with deploy(folder, environment, clock=fake.clock, **options) as deployment:
            assert fake.save_webhook(f"{deployment.url}/webhooks/zalo")
            yield deployment


def pushing(clock: Clock | None = None) -> FakeZalo:
    """A double that posts each event as soon as it exists."""
    return FakeZalo(clock=clock, switches=Switches(deliver_at_once=True, calls_per_minute=CALLS))


def waiting(motcua: Deployment, person: Person, attempts: int = 1) -> dict[str, Any]:
    """The person's only reply, once it was put off that often."""
    motcua.wait_until(lambda: [row["attempts"] for row in motcua.replies(person.id)] == [attempts])
    return motcua.replies(person.id)[0]


def refreshes(fake: FakeZalo) -> list[str]:
    """The refresh tokens that were used, in order."""
    return [request.fields["refresh_token"] for request in fake.requests("/v4/oa/access_token")]
