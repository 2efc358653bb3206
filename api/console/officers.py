"""The office's officers and Telegram groups, for its administrators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import posted
from api.console.gate import HOME, Administrator, ConsoleRoute, RowNumber, service_of
from api.console.page import show
from bot.desk.groups import binding
from bot.desk.people import audit, officers, passwords
from bot.desk.people.officers import NotAllowed, Person, Role

router = APIRouter(route_class=ConsoleRoute)
_HERE = f"{HOME}/tai-khoan"
_ONE = f"{_HERE}/{{officer_id}}"


@router.get(_HERE)
async def page(request: Request, signed: Administrator) -> Response:
    """Everybody of the office."""
    return await _page(request, signed)


@router.post(_HERE)
async def add(request: Request, signed: Administrator) -> Response:
    """Add somebody; the made-up password is shown once, so the answer is no redirect."""
    service = service_of(request)
    form = await posted(request, signed)
    now, password = service.clock(), passwords.make_up()
    kept = await passwords.hash_of(password, once=True)
    given = (form.text("ten", 65), form.text("ho-ten", 121), form.text("vai-tro", 16))
    try:
        async with service.store.write() as session:
            person = await officers.add(session, signed.office_id, *given, kept, now)
            what = f"{person.login} {person.role}"
            await audit.note(session, signed.office_id, signed.officer_id, "them-can-bo", what, "", now)
    except NotAllowed as no:
        return await _page(request, signed, 422, wrong=str(no), given=given)
    return await _page(request, signed, told=person, password=password)


@router.post(f"{_ONE}/mat-khau")
async def new_password(request: Request, officer_id: RowNumber, signed: Administrator) -> Response:
    """Make up a new password for somebody; shown once."""
    service = service_of(request)
    await posted(request, signed)
    password = passwords.make_up()
    kept = await passwords.hash_of(password, once=True)
    async with service.store.write() as session:
        person = await officers.set_password(session, signed.office_id, officer_id, kept)
        now = service.clock()
        await audit.note(session, signed.office_id, signed.officer_id, "cap-mat-khau", person.login, "", now)
    return await _page(request, signed, told=person, password=password)


@router.post(f"{_ONE}/khoa")
async def disable(request: Request, officer_id: RowNumber, signed: Administrator) -> Response:
    """Let somebody work no more."""
    return await _change(request, signed, "khoa-can-bo", lambda s, o, _f: officers.set_active(s, o, officer_id, False))


@router.post(f"{_ONE}/mo")
async def enable(request: Request, officer_id: RowNumber, signed: Administrator) -> Response:
    """Let somebody work again."""
    return await _change(request, signed, "mo-can-bo", lambda s, o, _f: officers.set_active(s, o, officer_id, True))


@router.post(f"{_ONE}/vai-tro")
async def change_role(request: Request, officer_id: RowNumber, signed: Administrator) -> Response:
    """Give somebody another role."""
    return await _change(request, signed, "doi-vai-tro", lambda s, o, f: officers.set_role(s, o, officer_id, f))


@router.post(f"{_HERE}/ma-nhom")
async def group_code(request: Request, signed: Administrator) -> Response:
    """A code that binds a Telegram group to the office; shown once."""
    service = service_of(request)
    await posted(request, signed)
    now = service.clock()
    async with service.store.write() as session:
        code = await binding.new_code(session, signed.officer_id, "group", now)
        await audit.note(session, signed.office_id, signed.officer_id, "ma-nhom", signed.login, "", now)
    return await _page(request, signed, group_code=code)


async def _change(
    request: Request, signed: Administrator, what: str, change: Callable[[Any, int, str], Awaitable[Person]]
) -> Response:
    service = service_of(request)
    form = await posted(request, signed)
    now = service.clock()
    try:
        async with service.store.write() as session:
            person = await change(session, signed.office_id, form.text("vai-tro", 16))
            detail = str(person.role) if what == "doi-vai-tro" else ""
            await audit.note(session, signed.office_id, signed.officer_id, what, person.login, detail, now)
    except NotAllowed as no:
        return await _page(request, signed, 422, wrong=str(no))
    return RedirectResponse(_HERE, 303)


async def _page(request: Request, signed: Administrator, status: int = 200, **more: Any) -> Response:
    async with service_of(request).store.read() as session:
        people = await officers.of_office(session, signed.office_id)
        groups = await officers.groups_of(session, signed.office_id)
    return show(request, "officers.html", status, people=people, groups=groups, roles=list(Role), **more)
