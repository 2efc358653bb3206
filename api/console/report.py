"""The page of one report, its photos, and the moves that an officer makes on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import Posted, posted_with_photos
from api.console.gate import HOME, AtCounter, Code, ConsoleRoute, Officer, RowNumber, service_of
from api.console.page import show
from api.console.photo import shown
from bot.desk.cases import work
from bot.desk.cases.casefile import Case, case_of
from bot.desk.cases.work import Task
from bot.desk.codes import find_code
from bot.desk.images import evidence
from bot.desk.images.evidence import Piece
from bot.desk.images.photos import Declined
from bot.desk.life import INTERNAL, RULES, Doing, Impossible, Move
from bot.desk.outside import forwarding
from bot.desk.people import audit, officers
from bot.desk.people.counter import Counter
from bot.desk.people.officers import NotAllowed
from bot.desk.people.sessions import Signed
from bot.desk.reports import Overtaken, Unknown

router = APIRouter(route_class=ConsoleRoute)
_PAGE = f"{HOME}/phan-anh/{{code}}"


@dataclass(frozen=True)
class Draft:
    """What an officer had filled in when a move could not be made: all of it is there again."""

    move: str = ""
    wrong: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[str, ...] = ()


@router.get(_PAGE)
async def page(
    request: Request, code: Code, signed: Officer, counter: AtCounter, xong: str = "", mau: str = ""
) -> Response:
    """Everything known, and what can be done now."""
    service = service_of(request)
    now = service.clock()
    async with service.store.write() as session:
        case = await case_of(session, signed.office_id, code, now)
        await audit.note(session, signed.office_id, signed.officer_id, "xem", case.code, "", now)
    text = next((one.text for one in counter.ready_texts if one.id == mau), "")
    draft = Draft(Move.ANSWER, "", {"words": text}) if text else Draft()
    return await _page(request, signed, counter, case, draft, done=xong)


@router.get(f"{_PAGE}/anh/{{photo}}")
async def photo(request: Request, code: Code, photo: RowNumber, signed: Officer) -> Response:
    """A photo in full."""
    service = service_of(request)
    async with service.store.write() as session:
        file = await evidence.file_of(session, signed.office_id, code, photo)
        await audit.note(session, signed.office_id, signed.officer_id, "xem-anh", code, str(photo), service.clock())
    return await shown(request, file)


@router.get(f"{_PAGE}/anh/{{photo}}/nho")
async def small_photo(request: Request, code: Code, photo: RowNumber, signed: Officer) -> Response:
    """The same photo, small."""
    service = service_of(request)
    async with service.store.read() as session:
        file = await evidence.file_of(session, signed.office_id, code, photo)
    return await shown(request, file, small=True)


@router.post(f"{_PAGE}/{{move}}")
async def make(request: Request, code: Code, move: str, signed: Officer, counter: AtCounter) -> Response:
    """Make a move; what cannot be done is said beside the form, with everything that was filled in."""
    service = service_of(request)
    now = service.clock()
    wanted = next((one for one in Move if one == move and "officer" in RULES[one].actors), None)
    if wanted is None:
        raise Unknown(move)
    async with service.store.read() as session:
        await case_of(session, signed.office_id, code, now)  # another office's: no photo of the form is kept
    form = await posted_with_photos(request, signed)
    pieces: list[Piece] = []
    try:
        pieces += await _pieces(request, form, signed)
        doing = _doing(wanted, form, signed, pieces)
        task = Task(code, doing, form.number("seen") or 0, tuple(pieces))
        await work.make(service.store, counter.desk, signed, task, now)
    except (Impossible, NotAllowed, Overtaken, Declined) as refused:
        status = 409 if isinstance(refused, Overtaken) else 422
        sealed = tuple(piece.sealed(service.settings.key, signed.officer_id) for piece in pieces)
        draft = Draft(wanted, _words(refused), form.texts, sealed)
        async with service.store.read() as session:
            case = await case_of(session, signed.office_id, code, now)
        return await _page(request, signed, counter, case, draft, status)
    service.ring()
    return RedirectResponse(f"{HOME}/phan-anh/{code}?xong={wanted}", 303)


async def _page(
    request: Request, signed: Signed, counter: Counter, case: Case, draft: Draft, status: int = 200, done: str = ""
) -> Response:
    async with service_of(request).store.read() as session:
        people = [one for one in await officers.of_office(session, signed.office_id) if one.active]
    categories = counter.desk.categories
    bodies = sorted({one.body for one in categories if not one.ours} | {one.name for one in categories.bodies})
    return show(
        request,
        "report.html",
        status,
        case=case,
        draft=draft,
        done=done if done in {*Move} else "",
        people=people,
        categories=categories,
        bodies=bodies,
        reached=[name for name in bodies if forwarding.ways(categories, name, case.category)],
        fitting_texts=lambda move: [one for one in counter.ready_texts if move in one.moves],
        most_words=work.MOST_WORDS,
        Move=Move,
        INTERNAL=INTERNAL,
    )


async def _pieces(request: Request, form: Posted, signed: Signed) -> list[Piece]:
    """The photos that were chosen now, and those of a form that is sent again."""
    service = service_of(request)
    again = [evidence.unsealed(told, service.settings.key, signed.officer_id) for told in form.again]
    pieces = [piece for piece in again if piece is not None]
    for content in form.photos:
        kept = await service.photos.keep(content)
        pieces.append(Piece(kept.file, kept.size))
    return list({piece.file: piece for piece in pieces}.values())


def _doing(move: Move, form: Posted, signed: Signed, pieces: list[Piece]) -> Doing:
    return Doing(
        move=move,
        actor="officer",
        officer=signed.officer_id,
        words=form.text("words", work.MOST_WORDS + 1),
        owner=form.number("owner") if move is Move.ASSIGN else None,
        day=form.text("day", 10),
        responsible=form.text("responsible"),
        category=form.text("category", 40),
        original=find_code(form.text("original", 40)) or form.text("original", 40),
        photos=tuple(piece.file for piece in pieces),
    )


def _words(refused: Exception) -> str:
    return refused.words if isinstance(refused, Declined) else str(refused)
