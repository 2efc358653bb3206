"""The OA's tokens: a refresh token works once, so it is used once, and its successor is kept before anything else."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.channels.zalo.settings import ZaloSettings
from bot.channels.zalo.tokens import Tokens
from bot.store import Store, migrate
from tests.fakes.serving import serve
from tests.fakes.zalo import FakeZalo
from tests.integration.deployment import Deployment
from tests.integration.zalo import on_zalo, pushing, refreshes, waiting

HOUR = 3600
TOKEN_DESK = "/v4/oa/access_token"
SENDING = "/v3.0/oa/message/cs"


def pair(motcua: Deployment) -> dict[str, Any]:
    [row] = motcua.rows("SELECT * FROM zalo_tokens")
    return row


def answered(fake: FakeZalo, motcua: Deployment) -> None:
    person = fake.person()
    person.says("xin chào")
    person.wait_for(1)
    motcua.settle()
    assert len(person.inbox) == 1


def test_the_first_token_is_used_once_and_its_successor_kept(tmp_path: Path) -> None:
    fake = pushing()
    first = fake.issue_tokens().refresh
    with on_zalo(tmp_path, fake, first) as motcua:
        answered(fake, motcua)
        assert refreshes(fake) == [first]
        assert pair(motcua)["refresh_token"] != first
        assert 24 * HOUR < pair(motcua)["expires_at"] - motcua.clock.now() <= 25 * HOUR
        assert first not in motcua.logged
        assert pair(motcua)["access_token"] not in motcua.logged
        kept = pair(motcua)
    with on_zalo(tmp_path, fake, first) as motcua:  # a restart
        answered(fake, motcua)
        assert pair(motcua)["access_token"] == kept["access_token"]
    assert refreshes(fake) == [first]


@pytest.mark.parametrize("code", [-216, -220, -124])
def test_a_token_refused_half_way_is_refreshed_and_the_answer_sent(tmp_path: Path, code: int) -> None:
    fake = pushing()
    with on_zalo(tmp_path, fake) as motcua:
        answered(fake, motcua)
        old = pair(motcua)
        fake.fail_next(code, on=SENDING)
        answered(fake, motcua)
        assert refreshes(fake)[-1] == old["refresh_token"]
        assert len(refreshes(fake)) == 2
        assert pair(motcua)["access_token"] != old["access_token"]
        assert fake.requests(SENDING)[-1].headers["access_token"] == pair(motcua)["access_token"]


def test_an_expired_token_is_refreshed_before_it_is_used(tmp_path: Path) -> None:
    fake = pushing()
    with on_zalo(tmp_path, fake) as motcua:
        answered(fake, motcua)
        motcua.later(26 * HOUR)
        answered(fake, motcua)
        assert len(refreshes(fake)) == 2
        assert all(request.path.endswith(SENDING) for request in fake.journal[-1:])
        tried = [request.headers["access_token"] for request in fake.requests(SENDING)]
        assert tried[-1] == pair(motcua)["access_token"]


def test_a_number_for_the_lifetime_and_odd_ones_do_not_lose_the_pair(tmp_path: Path) -> None:
    fake = pushing()
    fake.switches.expires_in_as_number = True
    with on_zalo(tmp_path, fake) as motcua:
        answered(fake, motcua)
        assert 24 * HOUR < pair(motcua)["expires_at"] - motcua.clock.now() <= 25 * HOUR


def test_a_refused_refresh_calls_for_the_operator_and_keeps_the_answers(tmp_path: Path) -> None:
    fake = pushing()
    fake.switches.omit_oauth_error_number = True
    with on_zalo(tmp_path, fake, "a-token-that-was-never-issued") as motcua:
        person = fake.person()
        person.says("xin chào")
        row = waiting(motcua, person)
        assert row["state"] == "waiting"
        assert "must be authorised again" in row["error"]
        assert "must be authorised again" in motcua.logged
        assert motcua.get("/healthz").status_code == 200
        motcua.later(301)
        waiting(motcua, person, 2)
        assert refreshes(fake) == ["a-token-that-was-never-issued"]
    with on_zalo(tmp_path, fake) as motcua:  # the operator has set a new first token
        motcua.later(301)
        person.wait_for(1)
        motcua.settle()
        assert len(person.inbox) == 1


def test_a_busy_token_desk_is_asked_again(tmp_path: Path) -> None:
    fake = pushing()
    fake.fail_next(-32, on=TOKEN_DESK, times=1)
    fake.fail_next(503, on=TOKEN_DESK, times=1)
    with on_zalo(tmp_path, fake) as motcua:
        person = fake.person()
        person.says("xin chào")
        motcua.wait_until(lambda: motcua.replies(person.id))
        motcua.later(10)
        person.wait_for(1, timeout=10)
        assert len(set(refreshes(fake))) == 1
        assert pair(motcua)["broken"] == ""


def test_rotated_then_dropped_is_tried_once_more_and_then_told_to_the_operator(tmp_path: Path) -> None:
    """Facts A.1: a broken refresh is unclear; the same token once more, then alarm."""
    fake = pushing()
    first = fake.issue_tokens().refresh
    fake.fail_next("reset", on=TOKEN_DESK, acting=True)
    with on_zalo(tmp_path, fake, first) as motcua:
        person = fake.person()
        person.says("xin chào")
        row = waiting(motcua, person)
        assert "must be authorised again" in row["error"]
        assert refreshes(fake) == [first, first]


def test_dropped_before_it_rotated_is_mended_by_the_second_try(tmp_path: Path) -> None:
    fake = pushing()
    first = fake.issue_tokens().refresh
    fake.fail_next("reset", on=TOKEN_DESK)
    with on_zalo(tmp_path, fake, first) as motcua:
        answered(fake, motcua)
        assert refreshes(fake) == [first, first]
        assert pair(motcua)["broken"] == ""


def test_two_processes_over_one_database_use_each_refresh_token_once(tmp_path: Path) -> None:
    fake = pushing()
    first = fake.issue_tokens().refresh
    with ExitStack() as stack:
        one = stack.enter_context(on_zalo(tmp_path, fake, first))
        two = stack.enter_context(on_zalo(tmp_path, fake, first))
        for motcua in (one, two):
            answered(fake, motcua)
        assert refreshes(fake) == [first]
        people = [fake.person() for _ in range(6)]
        fake.fail_next(-216, on=SENDING)
        for person in people:
            person.says("xin chào")
        for person in people:
            person.wait_for(1, timeout=10)
        assert len(refreshes(fake)) == len(set(refreshes(fake)))


def test_many_refreshers_at_once_use_each_refresh_token_once(tmp_path: Path) -> None:
    """Several stores over one file are several processes; at the very first start and at a refusal."""
    fake = FakeZalo()
    url = f"sqlite+aiosqlite:///{tmp_path}/motcua.db"
    migrate(url)
    first = fake.issue_tokens().refresh

    async def race(base: str) -> None:
        settings = ZaloSettings(
            app_id=fake.app_id,
            app_secret=SecretStr(fake.app_secret),
            refresh_token=SecretStr(first),
            oauth=f"{base}/oauth",
        )
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, verify=False))
            stores = [Store(url) for _ in range(4)]
            for store in stores:
                stack.push_async_callback(store.close)
            tokens = [Tokens(settings, client, store, time.time) for store in stores]
            given = await asyncio.gather(*(each.access() for each in tokens))
            assert len(set(given)) == 1
            assert refreshes(fake) == [first]
            again = await asyncio.gather(*(each.access(refused=given[0]) for each in tokens))
            assert len(set(again)) == 1
            assert again[0] != given[0]
            assert len(refreshes(fake)) == len(set(refreshes(fake))) == 2

    with serve(fake.app) as base:
        asyncio.run(race(base))


@pytest.mark.parametrize("lifetime", [None, "90000.0", "", "soon", -5])
def test_whatever_the_lifetime_says_the_new_pair_is_kept(tmp_path: Path, lifetime: object) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/motcua.db"
    migrate(url)
    answer = {"access_token": "new", "refresh_token": "next", "expires_in": lifetime}

    async def refresh() -> None:
        settings = ZaloSettings(app_id="1", app_secret=SecretStr("s"), refresh_token=SecretStr("first"))
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
        store = Store(url)
        async with httpx.AsyncClient(transport=transport) as client:
            assert await Tokens(settings, client, store).access() == "new"
        await store.close()

    asyncio.run(refresh())
