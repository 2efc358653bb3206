"""Officers at the console, reports for them to work on, and photos, for tests."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any

import httpx
from PIL import Image

from bot.desk.codes import new_code
from bot.desk.images.evidence import Piece, bring
from bot.desk.people import officers, passwords
from bot.desk.people.counter import counter_of
from bot.desk.reports import NewReport, open_report
from bot.tables import ChannelAccount, Conversation
from tests.integration.deployment import Deployment

PASSWORD = "mat-khau-dai-2026"
_NUMBERS = count(1)


@dataclass(frozen=True)
class Sent:
    """A report that was opened, with its photos' ids."""

    code: str
    conversation: int
    photos: tuple[int, ...]


def picture(colour: str = "darkgreen", width: int = 640) -> bytes:
    """A photo."""
    made = io.BytesIO()
    Image.new("RGB", (width, width * 3 // 4), colour).save(made, "JPEG")
    return made.getvalue()


def add_officer(
    motcua: Deployment, login: str, office: str = "xa-vi-du", role: str = "can-bo", name: str = "", once: bool = False
) -> int:
    """An officer with the usual password."""

    async def work() -> int:
        kept = await passwords.hash_of(PASSWORD, once)
        async with motcua.service.store.write() as session:
            row = await officers.office_row(session, office)
            person = await officers.add(session, row, login, name or f"Cán bộ {login}", role, kept, motcua.clock.now())
            return person.id

    return motcua.call(work())


def open_one(motcua: Deployment, words: str, office: str = "xa-vi-du", photo: bytes | None = None, **more: Any) -> Sent:
    """A report of somebody on the web, as if the conversation had taken it."""
    code = new_code()

    async def work() -> int:
        kept = await motcua.service.photos.keep(photo) if photo else None
        now = motcua.clock.now()
        async with motcua.service.store.write() as session:
            row = await officers.office_row(session, office)
            counter = await counter_of(session, motcua.settings.data, row)
            account = await _account(session, row, office)
            person = Conversation(account_id=account, address=f"person-{next(_NUMBERS)}", created_at=now)
            session.add(person)
            await session.flush()
            if kept:
                await bring(session, [Piece(kept.file, kept.size)], now)
            category = more.pop("category", next(iter(counter.desk.categories)).id)
            new = NewReport(
                code=code,
                category=category,
                words=words,
                source="web",
                conversation_id=person.id,
                photos=(kept.file,) if kept else (),
                **more,
            )
            await open_report(session, counter.desk, new, now)
            return person.id

    conversation = motcua.call(work())
    photos = motcua.rows(
        "SELECT a.id FROM attachments a JOIN reports r ON r.id = a.report_id WHERE r.code = ? ORDER BY a.id", code
    )
    return Sent(code, conversation, tuple(row["id"] for row in photos))


async def _account(session: Any, office: int, slug: str) -> int:
    """The office's web account; for an office that this deployment does not serve, one that nobody sends from."""
    from sqlalchemy import select

    found = await session.scalar(select(ChannelAccount.id).filter_by(office_id=office, channel="web"))
    if found is not None:
        return int(found)
    row = ChannelAccount(channel="web", name=slug, office_id=office)
    session.add(row)
    await session.flush()
    return row.id


class Desk:
    """One officer's browser."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=15.0)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.client.close()

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.client.get(path, **more)

    def sign_in(self, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Through the form, as a person does."""
        page = self.get("/can-bo/vao")
        form = {"csrf": hidden(page, "csrf"), "ten": login, "mat-khau": password, **more}
        return self.client.post("/can-bo/vao", data=form)

    def csrf(self) -> str:
        """The token of this session's forms."""
        return hidden(self.get("/can-bo/toi"), "csrf")

    def post(self, path: str, files: Any = None, **fields: str) -> httpx.Response:
        """Send a form with its token; `_` in names stands for `-`."""
        data = {"csrf": self.csrf(), **{name.replace("_", "-"): value for name, value in fields.items()}}
        return self.client.post(path, data=data, files=files)

    def move(self, code: str, move: str, files: Any = None, **fields: str) -> httpx.Response:
        """Make a move from a report's page as it is now, unless `seen` is given."""
        seen = fields.pop("seen", None) or hidden(self.get(f"/can-bo/phan-anh/{code}"), "seen")
        return self.post(f"/can-bo/phan-anh/{code}/{move}", files, seen=seen, **fields)


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name} in:\n{page.text}"
    return found.group(1)
