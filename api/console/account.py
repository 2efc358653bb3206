"""An officer's own account: the password, and the code that binds their Telegram."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import posted
from api.console.gate import HOME, MINE, Anyhow, ConsoleRoute, Officer, service_of
from api.console.page import show
from bot.desk.groups import binding
from bot.desk.people import audit, officers, passwords
from bot.desk.people.passwords import BadPassword

router = APIRouter(route_class=ConsoleRoute)


@router.get(MINE)
async def page(request: Request, _signed: Anyhow, xong: str = "") -> Response:
    """The page; before a made-up password is changed, the only one."""
    return show(request, "account.html", done=xong == "mat-khau")


@router.post(f"{MINE}/mat-khau")
async def change_password(request: Request, signed: Anyhow) -> Response:
    """Change the password; every other browser is signed out."""
    service = service_of(request)
    form = await posted(request, signed)
    now, new = service.clock(), form.texts.get("moi", "")
    async with service.store.read() as session:
        kept = await officers.kept_password(session, signed.officer_id)
    try:
        passwords.check_length(new)
        if new != form.texts.get("lai", ""):
            raise BadPassword("Hai lần gõ mật khẩu mới chưa giống nhau.")
        if new == form.texts.get("cu", ""):
            raise BadPassword("Mật khẩu mới phải khác mật khẩu đang dùng.")
        if not await passwords.matches(form.texts.get("cu", ""), kept):
            raise BadPassword("Mật khẩu đang dùng chưa đúng.")
    except BadPassword as bad:
        return show(request, "account.html", 422, wrong=str(bad))
    hashed = await passwords.hash_of(new)
    async with service.store.write() as session:
        await officers.set_password(session, signed.office_id, signed.officer_id, hashed, signed.key)
        await audit.note(session, signed.office_id, signed.officer_id, "doi-mat-khau", signed.login, "", now)
    return RedirectResponse(f"{MINE}?xong=mat-khau", 303)


@router.post(f"{HOME}/toi/ma-telegram")
async def telegram_code(request: Request, signed: Officer) -> Response:
    """A code that binds the officer's own Telegram. It is shown once, so it is not behind a redirect."""
    service = service_of(request)
    await posted(request, signed)
    now = service.clock()
    async with service.store.write() as session:
        code = await binding.new_code(session, signed.officer_id, "officer", now)
        await audit.note(session, signed.office_id, signed.officer_id, "ma-telegram", signed.login, "", now)
    return show(request, "account.html", code=code)
