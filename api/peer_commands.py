"""`motcua peer add | list | remove`: the systems that may send reports over Open311."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import Annotated

import typer

from api.one_sentence import one_sentence
from bot.desk.calendar import ZONE
from bot.desk.outside import peers
from bot.desk.outside.peers import Peer
from bot.offices import load_offices, office_of
from bot.settings import Settings
from bot.store import Store, migrate

app = typer.Typer(help="Systems that may send reports over Open311.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="What the system is called here.")]
Office = Annotated[str, typer.Option(help="The office it may send to; the settings' one when not given.")]


@app.command()
def add(name: Name, office: Office = "") -> None:
    """Let a system send reports; prints its API key, once."""
    with one_sentence() as settings:
        typer.echo(asyncio.run(_add(settings, _slug(settings, office), name)))
        typer.echo("This key is shown only now; a hash of it is kept.", err=True)


@app.command("list")
def list_all(office: Office = "") -> None:
    """Show which systems may send reports, and since when."""
    with one_sentence() as settings:
        for peer in asyncio.run(_listed(settings, _slug(settings, office))):
            typer.echo(f"{datetime.fromtimestamp(peer.created_at, ZONE):%d/%m/%Y}  {peer.name}")


@app.command()
def remove(name: Name, office: Office = "") -> None:
    """Take a system's key away; the reports that it sent stay."""
    with one_sentence() as settings:
        asyncio.run(_remove(settings, _slug(settings, office), name))
        typer.echo(f"{name} can send no more reports.")


def _slug(settings: Settings, office: str) -> str:
    """An office that there is; the database is brought up to date, as this may be the first command of all."""
    slug = office or settings.office
    office_of(load_offices(settings.data / "offices"), slug)
    migrate(settings.database)
    return slug


async def _add(settings: Settings, slug: str, name: str) -> str:
    store = Store(settings.database)
    try:
        async with store.write() as session:
            return await peers.add(session, slug, name, time.time())
    finally:
        await store.close()


async def _listed(settings: Settings, slug: str) -> tuple[Peer, ...]:
    store = Store(settings.database)
    try:
        async with store.read() as session:
            return await peers.listed(session, slug)
    finally:
        await store.close()


async def _remove(settings: Settings, slug: str, name: str) -> None:
    store = Store(settings.database)
    try:
        async with store.write() as session:
            await peers.remove(session, slug, name)
    finally:
        await store.close()
