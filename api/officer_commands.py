"""`motcua officer`: officers' accounts from the command line, for whoever installs the bot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from api.one_sentence import one_sentence
from bot.desk.people import officers, passwords
from bot.desk.people.officers import ROLE_NAMES, NotAllowed, Person, Role
from bot.desk.people.passwords import BadPassword
from bot.desk.reports import Unknown
from bot.offices import load_offices, office_of
from bot.settings import Settings
from bot.store import Store, migrate

app = typer.Typer(help="Officers of the console.", no_args_is_help=True)
Value = TypeVar("Value")
Login = Annotated[str, typer.Argument(help="Login name.")]
OfficeName = Annotated[str, typer.Option("--office", help="File in data/offices/; MOTCUA_OFFICE when empty.")]
Ask = Annotated[bool, typer.Option("--ask", help="Ask for the password instead of making one up.")]


@app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="Full name, as citizens' files say it.", prompt=True)],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.OFFICER,
    office: OfficeName = "",
    ask: Ask = False,
) -> None:
    """Add an officer and print a password that is good once."""
    password = _password(ask)

    async def work(store: Store, settings: Settings) -> Person:
        slug = office or settings.office
        office_of(load_offices(settings.data / "offices"), slug)
        kept = await passwords.hash_of(password, once=not ask)
        async with store.write() as session:
            row = await officers.office_row(session, slug)
            return await officers.add(session, row, login, name, role, kept, time.time())

    _tell_password(_run(work), password, ask)


@app.command("list")
def list_officers(office: OfficeName = "") -> None:
    """List an office's officers."""

    async def work(store: Store, settings: Settings) -> list[Person]:
        async with store.write() as session:
            row = await officers.office_row(session, office or settings.office)
            return await officers.of_office(session, row)

    for one in _run(work):
        state = "đang làm" if one.active else "đã khóa"
        typer.echo(f"{one.login:<20} {ROLE_NAMES[one.role]:<10} {state:<10} {one.name}")


@app.command()
def disable(login: Login) -> None:
    """Close an account: signed out everywhere, unbound from Telegram."""

    async def work(store: Store, _settings: Settings) -> Person:
        async with store.write() as session:
            person = await officers.by_login(session, login)
            return await officers.set_active(session, person.office_id, person.id, False)

    typer.echo(f"{_run(work).login}: đã khóa")


@app.command()
def password(login: Login, ask: Ask = False) -> None:
    """Set another password, print it, and end a lock."""
    new = _password(ask)

    async def work(store: Store, _settings: Settings) -> Person:
        kept = await passwords.hash_of(new, once=not ask)
        async with store.write() as session:
            person = await officers.by_login(session, login)
            return await officers.set_password(session, person.office_id, person.id, kept)

    _tell_password(_run(work), new, ask)


def _password(ask: bool) -> str:
    if not ask:
        return passwords.make_up()
    chosen = str(typer.prompt("Mật khẩu", hide_input=True, confirmation_prompt=True))
    try:
        passwords.check_length(chosen)
    except BadPassword as bad:
        raise _stopped(bad) from bad
    return chosen


def _tell_password(person: Person, chosen: str, asked: bool) -> None:
    typer.echo(f"{person.login}: {ROLE_NAMES[person.role]}, {person.name}")
    if not asked:
        typer.echo(f"Mật khẩu dùng một lần: {chosen}")


def _run(work: Callable[[Store, Settings], Awaitable[Value]]) -> Value:
    """Do something with the database; what stops it is said in one sentence, with exit code 1."""
    with one_sentence() as settings:
        migrate(settings.database)
        try:
            return asyncio.run(_with_store(work, settings))
        except Unknown as unknown:
            raise _stopped(f"không có cán bộ {unknown}") from unknown
        except NotAllowed as error:
            raise _stopped(error) from error
    raise AssertionError  # for the type checker: the block above returns or raises


async def _with_store(work: Callable[[Store, Settings], Awaitable[Value]], settings: Settings) -> Value:
    store = Store(settings.database)
    try:
        return await work(store, settings)
    finally:
        await store.close()


def _stopped(why: object) -> typer.Exit:
    typer.echo(f"motcua: {why}", err=True)
    return typer.Exit(1)
