"""The running bot: opens everything, keeps workers and senders going, closes in order."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

from bot import inbox, metrics, outbox
from bot.accounts import DEFAULT, Account, enter
from bot.channels.channel import Channel, Event
from bot.channels.registry import open_channels
from bot.desk.calendar import ZONE, WorkingTime, load_holidays
from bot.desk.categories import Categories, load_categories
from bot.desk.figures.morning import keep_greeting
from bot.desk.images.photos import Photos
from bot.desk.images.sweep import keep_sweeping
from bot.desk.outside.courier import Courier
from bot.desk.outside.ways import Ways, open_ways
from bot.desk.reports import Desk
from bot.desk.takeovers import takeover
from bot.desk.taking.emergency import Emergencies, load_emergencies
from bot.knowledge import Knowledge, load_knowledge
from bot.offices import Office, load_offices, office_of
from bot.outbox import Echo
from bot.registry import load_actions
from bot.sender import Sender
from bot.settings import Settings
from bot.store import Store
from bot.understanding import Understanding, open_understanding
from bot.worker import Room, work

_LOG = logging.getLogger(__name__)


class Service:
    """What the web side needs of the running bot."""

    def __init__(self, settings: Settings, store: Store, knowledge: Knowledge, understanding: Understanding) -> None:
        self.settings = settings
        self.store = store
        self.clock: Callable[[], float] = time.time
        self.knowledge = knowledge
        self.understanding = understanding
        self.photos = Photos(settings.photos)
        self.accounts: dict[int, Account] = {}
        self.events_wait = asyncio.Event()
        self.replies_wait: dict[int, asyncio.Event] = {}

    async def take(self, account: Account, event: Event) -> None:
        """Store an event durably, then wake a worker. Returns only when it is safe to acknowledge."""
        now = self.clock()
        envelope = account.channel.read(event)
        async with self.store.write() as session:
            new = await inbox.store_event(session, account.id, envelope, event, now)
            if new and envelope.echo is not None and envelope.address is not None:
                echo = Echo(account.id, envelope.address, envelope.echo, envelope.platform_id)
                await outbox.confirm(session, echo, account.channel.written, now)
            if new and envelope.by_officer is not None and envelope.address is not None:
                person = await inbox.conversation(session, account.id, envelope.address, now)
                await takeover.elsewhere(session, account.desk.office_id, person, envelope.by_officer, now)
        result = "taken" if new and envelope.message else "ignored" if new else "repeated"
        metrics.EVENTS.labels(account.channel.name, result).inc()
        self.events_wait.set()
        if new:
            await account.channel.taken(event)

    def ring(self) -> None:
        """Tell the senders that replies wait."""
        for bell in self.replies_wait.values():
            bell.set()


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Service]:
    """The service with its workers and senders, from the first claim to the last."""
    knowledge = load_knowledge(settings.data / "knowledge")
    office = office_of(load_offices(settings.data / "offices"), settings.office)
    categories = load_categories(settings.data / "reports" / "categories.yml")
    holidays = load_holidays(settings.data / "reports" / "holidays.yml")
    if not holidays.cover(year := datetime.now(ZONE).year):
        _LOG.warning("no_holidays", extra={"year": year})  # deadlines would count them as working days
    hours = WorkingTime.of(office, holidays)
    emergencies = load_emergencies(settings.data / "reports" / "emergency.yml")
    async with AsyncExitStack() as stack:
        store = Store(settings.database)
        stack.push_async_callback(store.close)
        understanding = open_understanding(settings)
        stack.push_async_callback(understanding.close)
        service = Service(settings, store, knowledge, understanding)
        for channel in await stack.enter_async_context(open_channels(settings, store)):
            await _enter(service, channel, office, hours, categories, emergencies)
        if not store.shared:
            async with store.write() as session:
                await inbox.end_leases(session)
        ways = await stack.enter_async_context(open_ways(settings, categories.bodies))
        tasks = [asyncio.create_task(job) for job in (*_jobs(service, ways), understanding.warm_up())]
        stack.push_async_callback(_stop, tasks)
        yield service


async def _enter(
    service: Service,
    channel: Channel,
    office: Office,
    hours: WorkingTime,
    categories: Categories,
    emergencies: Emergencies,
) -> None:
    async with service.store.write() as session:
        row, office_id = await enter(session, channel.name, DEFAULT, service.settings.office)
    service.accounts[row] = Account(row, DEFAULT, channel, office, Desk(office_id, hours, categories, emergencies))
    service.replies_wait[row] = asyncio.Event()


def _jobs(service: Service, ways: Ways) -> list[Coroutine[Any, Any, None]]:
    me = f"{os.getpid()}-{secrets.token_hex(4)}"
    room = Room(
        service.store, service.knowledge, load_actions(), service.understanding, service.accounts, service.photos
    )
    jobs = [
        work(room, f"{me}-w{number}", service.events_wait, service.ring) for number in range(service.settings.workers)
    ]
    for row, account in service.accounts.items():
        jobs.append(Sender(service.store, account, f"{me}-s{row}").run(service.replies_wait[row]))
        jobs.append(_keep_up(service, account))
    jobs.append(keep_sweeping(service.store, service.photos))
    desks = [account.desk for account in service.accounts.values()]
    jobs.append(keep_greeting(service.store, desks, service.ring))
    jobs.append(Courier(service.store, service.accounts, ways, service.photos).run())
    return jobs


async def _keep_up(service: Service, account: Account) -> None:
    """Keep a channel's own work going; a failure of it must not take the others along."""
    while True:
        try:
            await account.channel.run(lambda event: service.take(account, event))
        except Exception:
            _LOG.exception("channel_failed", extra={"channel": account.channel.name})
        await asyncio.sleep(5.0)


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            _LOG.error("job_died", extra={"error": type(result).__name__})
