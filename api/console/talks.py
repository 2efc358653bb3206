"""Talks that a person has taken over, or is asked to: the list, one talk, and an officer's words in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import posted
from api.console.gate import HOME, ConsoleRoute, Officer, counter, service_of
from api.console.page import show
from api.console.photo import shown
from bot.desk.cases.work import MOST_WORDS
from bot.desk.people import audit
from bot.desk.people.sessions import Signed
from bot.desk.reports import Unknown
from bot.desk.takeovers import takeover, talks
from bot.desk.takeovers.phase import Phase
from bot.desk.takeovers.takeover import Occupied
from bot.desk.takeovers.talk import conversation_behind, photo_of, talk_of

router = APIRouter(route_class=ConsoleRoute, dependencies=[Depends(counter)])
_LIST = f"{HOME}/tro-chuyen"
_ONE = f"{_LIST}/{{conversation}}"
Conversation = Annotated[int, Path(ge=1, lt=2**63)]
Photo = Annotated[int, Path(ge=1, lt=2**63)]
_DONE = {
    "nhan": "Anh/chị đang nói chuyện với người dân này. Máy im lặng cho đến khi trả lại.",
    "gui": "Đã gửi.",
    "tra-may": "Đã trả cuộc trò chuyện cho máy.",
}


@router.get(_LIST)
async def page(request: Request, signed: Officer) -> Response:
    """Who waits, who is being talked with, and what is over."""
    return await _listed(request, signed, "talks.html")


@router.get(f"{_LIST}/danh-sach")
async def part(request: Request, signed: Officer) -> Response:
    """The list alone."""
    return await _listed(request, signed, "talks_list.html")


@router.get(f"{_LIST}/phan-anh/{{code}}")
async def of_report(request: Request, code: str, signed: Officer) -> Response:
    """The talk with whoever sent a report."""
    async with service_of(request).store.read() as session:
        conversation = await conversation_behind(session, signed.office_id, code)
    if conversation is None:
        raise Unknown(code)
    return RedirectResponse(_address(conversation), 303)


@router.get(_ONE)
async def talk(request: Request, conversation: Conversation, signed: Officer, xong: str = "") -> Response:
    """One talk."""
    service = service_of(request)
    now = service.clock()
    async with service.store.write() as session:
        await talk_of(session, signed.office_id, conversation, now)  # a look at another office's is none
        await audit.note(
            session, signed.office_id, signed.officer_id, "xem-tro-chuyen", _subject(conversation), "", now
        )
    return await _page(request, signed, conversation, done=_DONE.get(xong, ""))


@router.get(f"{_ONE}/loi-nhan")
async def lines(request: Request, conversation: Conversation, signed: Officer) -> Response:
    """What was said, alone."""
    return await _page(request, signed, conversation, template="talk_lines.html")


@router.get(f"{_ONE}/anh/{{photo}}")
async def photo(request: Request, conversation: Conversation, photo: Photo, signed: Officer) -> Response:
    """A photo that the person sent."""
    service = service_of(request)
    now = service.clock()
    async with service.store.write() as session:
        file = await photo_of(session, signed.office_id, conversation, photo)
        await audit.note(
            session, signed.office_id, signed.officer_id, "xem-anh", _subject(conversation), str(photo), now
        )
    return await shown(request, file)


@router.post(f"{_ONE}/nhan")
async def step_in(request: Request, conversation: Conversation, signed: Officer) -> Response:
    """Take over."""
    service = service_of(request)
    form = await posted(request, signed)
    there = -1 if form.text("thay") == "-1" else form.number("thay") or 0
    now = service.clock()
    try:
        async with service.store.write() as session:
            await takeover.step_in(session, signed.office_id, conversation, signed.officer_id, there, now)
            await audit.note(
                session, signed.office_id, signed.officer_id, "nhan-tro-chuyen", _subject(conversation), "", now
            )
    except Occupied as occupied:
        return await _page(request, signed, conversation, 409, wrong=str(occupied))
    service.ring()
    return RedirectResponse(f"{_address(conversation)}?xong=nhan", 303)


@router.post(f"{_ONE}/gui")
async def say(request: Request, conversation: Conversation, signed: Officer) -> Response:
    """Say something to the person; what cannot be sent stays in the form."""
    service = service_of(request)
    form = await posted(request, signed)
    words, seen = form.text("words", MOST_WORDS + 1), form.number("seen") or 0
    if not words or len(words) > MOST_WORDS:
        wrong = f"Lời nhắn dài quá {MOST_WORDS} chữ; viết ngắn lại giúp." if words else "Lời nhắn còn trống."
        return await _page(request, signed, conversation, 422, wrong=wrong, words=words)
    now = service.clock()
    try:
        async with service.store.write() as session:
            await takeover.say(session, signed.office_id, conversation, signed.officer_id, words, seen, now)
            await audit.note(session, signed.office_id, signed.officer_id, "nhan-tin", _subject(conversation), "", now)
    except Occupied as occupied:
        return await _page(request, signed, conversation, 409, wrong=str(occupied), words=words)
    service.ring()
    return RedirectResponse(f"{_address(conversation)}?xong=gui", 303)


@router.post(f"{_ONE}/tra-may")
async def hand_back(request: Request, conversation: Conversation, signed: Officer) -> Response:
    """Let the bot speak again, or take off the list what needs no answer."""
    service = service_of(request)
    await posted(request, signed)
    now = service.clock()
    try:
        async with service.store.write() as session:
            subject = _subject(conversation)
            if await takeover.hand_back(session, signed.office_id, conversation, signed.officer_id, now):
                await audit.note(session, signed.office_id, signed.officer_id, "tra-may", subject, "", now)
    except Occupied as occupied:
        return await _page(request, signed, conversation, 409, wrong=str(occupied))
    service.ring()
    return RedirectResponse(f"{_address(conversation)}?xong=tra-may", 303)


def _address(conversation: int) -> str:
    return f"{_LIST}/{conversation}"


def _subject(conversation: int) -> str:
    return f"cuộc trò chuyện {conversation}"


async def _listed(request: Request, signed: Signed, template: str) -> Response:
    service = service_of(request)
    async with service.store.read() as session:
        found = await talks.listed(session, signed.office_id, service.clock())
    return show(request, template, found=found, Phase=Phase)


async def _page(
    request: Request,
    signed: Signed,
    conversation: int,
    status: int = 200,
    template: str = "talk.html",
    **more: str,
) -> Response:
    service = service_of(request)
    async with service.store.read() as session:
        found = await talk_of(session, signed.office_id, conversation, service.clock())
    answered = {one.answered_with: service.knowledge.get(one.answered_with) for one in found.asked}
    labels = {topic: entry.label for topic, entry in answered.items() if entry}
    return show(request, template, status, talk=found, labels=labels, most_words=MOST_WORDS, Phase=Phase, **more)
