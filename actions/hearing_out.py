"""Hear the answers to the questions of a draft, pressed or typed. What answers no question is added to the report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from actions.aside import answered, elsewhere, understood
from actions.asking import GIVE_UP, GO_ON, groups, in_short, kinds
from actions.drafting import TOO_MUCH, WRITING, add_photos, add_words, desk_of, go_on, with_place, written
from actions.sending import ask_whether_to_drop, drop, nothing_open, send, send_apart
from bot.desk.taking.draft import Draft, Step
from bot.desk.taking.guess import guess, named
from bot.desk.taking.place import find_place
from bot.messages import Reply
from bot.turn import Result, Turn
from nlu.normalise import fold, normalise


def _said(phrases: str) -> frozenset[str]:
    return frozenset(phrases.split(", "))


_STOP = _said(
    "thoi, huy, huy di, huy bo, bo di, thoi bo, thoi bo di, khong gui, khong gui nua, dung gui, thoi khong gui, "
    "thoi khong gui nua, thoi khong phan anh nua, thoi huy, thoi khoi"
)
_YES = _said(
    "dong y, dong y gui, gui, gui di, gui luon, ok, oke, okie, vang, da, da vang, co, u, uh, dung, dung roi, dung vay, "
    "xac nhan, duoc, toi dong y, vang gui di, da gui di, nhat tri"
)
_NO = _said("khong, khong a, k, ko, chua, khong can, sai, sai roi, thoi khong")
_SKIP = _NO | _said("bo qua, bo qua di, khong co, khong co anh, xong, xong roi, het, het roi, du roi, khoi")
_NOWHERE = _said("khong biet, khong ro, khong nho, chiu, khong co, bo qua, khong co noi cu the")
_NAMELESS = _NO | _said("khong neu ten, giau ten, an danh, khong neu, khong cho biet, dung neu ten, giu kin")
_LONGEST_PLACE = 300
_LONGEST_NAME = 80


async def hear(turn: Turn) -> Result | None:
    """Whatever comes while a question of a draft is open."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return None
    match turn.message.kind:
        case "photo" if turn.message.photos:
            return await add_photos(turn, draft)
        case "location" if turn.message.place:
            return await take_point(turn, draft)
        case "text":
            return await _hear_text(turn, draft)
    return None


async def _hear_text(turn: Turn, draft: Draft) -> Result | None:
    said = fold(normalise(turn.text))
    if said in _STOP:
        return await drop(turn)
    return await _HEARERS[draft.step](turn, draft, said) if said else await go_on(turn, draft)


async def stopped(turn: Turn, draft: Draft) -> Result | None:
    """It was understood as "never mind": dropped if that is what was said, or asked back."""
    said = fold(normalise(turn.text))
    if turn.message.kind != "text" or said in _STOP:
        return await drop(turn)
    if said in _SKIP | _NAMELESS | _NOWHERE:  # "bỏ qua" is an answer
        return await _HEARERS[draft.step](turn, draft, said)
    return ask_whether_to_drop(turn, draft)


async def take_point(turn: Turn, draft: Draft) -> Result:
    """A point on the map, perhaps with a name."""
    known: dict[str, object] = {"point": turn.message.place, "placed": True}
    if turn.text.strip() and not draft.place:
        known["place"] = turn.text.strip()[:_LONGEST_PLACE]
    pointed = draft.model_copy(update=known)
    if pointed.fixing == "place":
        pointed = pointed.fixed()
    return await go_on(turn, pointed, "Máy đã nhận vị trí." if draft.words else "")


async def show_kinds(turn: Turn, group: str = "") -> Result | None:
    """The list, level by level."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    categories = turn.desk.desk.categories
    reply = kinds(categories, group) if group else groups(categories)
    return written(turn, draft, (reply,)) if reply else None


async def choose_kind(turn: Turn, category: str) -> Result | None:
    """The kind was picked."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    if turn.desk.desk.categories.get(category) is None:
        return None
    return await go_on(turn, draft.fixed(category=category, guessed=False))


async def choose_place(turn: Turn, answer: str) -> Result | None:
    """No place in particular; or whether an old ward's new name is right."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    match answer:
        case "khong":
            return await go_on(turn, draft.fixed(place="", point=None, placed=True, found=False, renamed=""))
        case "dung" if draft.renamed:
            place = f"{draft.place} (nay thuộc {draft.renamed})"
            return await go_on(turn, draft.model_copy(update={"place": place, "renamed": "", "found": False}))
        case "giu" if draft.renamed:
            return await go_on(turn, draft.model_copy(update={"renamed": "", "found": False}))
        case "dung" | "giu":
            return await go_on(turn, draft)
    return None


async def no_more_photos(turn: Turn) -> Result | None:
    """Skip the photos, or done with them."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    return await go_on(turn, draft.model_copy(update={"photos_done": True}))


async def choose_name(turn: Turn, answer: str) -> Result | None:
    """Whether the officer may know who sent it; the name is the platform's, or is asked for."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    if answer not in ("co", "khong"):
        return None
    name = (turn.message.name.strip()[:_LONGEST_NAME] or draft.reporter) if answer == "co" else ""
    return await go_on(turn, draft.model_copy(update={"named": answer == "co", "reporter": name}))


async def fix(turn: Turn, what: str) -> Result | None:
    """Say one thing anew."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    steps: Mapping[str, Step] = {"noi-dung": "words", "noi": "place", "loai": "category", "ten": "name"}
    if what not in steps:
        return None
    return await go_on(turn, draft.model_copy(update={"fixing": steps[what]}))


async def _words(turn: Turn, draft: Draft, _said: str) -> Result | None:
    if draft.fixing != "words":
        return await add_words(turn, draft, "")
    anew = draft.model_copy(update={"words": ""}).with_words(turn.text)
    return await go_on(turn, anew.fixed()) if anew else await go_on(turn, draft, TOO_MUCH)


async def _category(turn: Turn, draft: Draft, _said: str) -> Result | None:
    categories = desk_of(turn).desk.categories
    if known := named(categories, turn.text) or guess(categories, turn.text).sure:
        longer = draft.with_words(turn.text) if not named(categories, turn.text) else draft
        return await go_on(turn, (longer or draft).fixed(category=known, guessed=False))
    return await _aside(turn, draft) or await _unless_elsewhere(turn, draft)


async def _place(turn: Turn, draft: Draft, said: str) -> Result | None:
    if said in _NOWHERE:
        return await choose_place(turn, "khong")
    if not find_place(turn.text):
        if aside := await _aside(turn, draft):
            return aside
        if elsewhere(turn):
            return None
    if len(turn.text) > _LONGEST_PLACE:
        return await add_words(turn, draft.fixed(placed=True))
    return await go_on(turn, await with_place(turn, draft, turn.text.strip()))


async def _old_place(turn: Turn, draft: Draft, said: str) -> Result | None:
    if said in _NO:
        return await choose_place(turn, "giu")
    return await (choose_place(turn, "dung") if _agrees(turn, said) else _place(turn, draft, said))


async def _alike(turn: Turn, draft: Draft, said: str) -> Result | None:
    if said in _NO | {"van gui", "gui rieng", "van gui rieng"}:
        return await send_apart(turn)
    return await _aside(turn, draft) or await _unless_elsewhere(turn, draft)


async def _photos(turn: Turn, draft: Draft, said: str) -> Result | None:
    if said in _SKIP:
        return await no_more_photos(turn)
    return await _aside(turn, draft) or await _unless_elsewhere(turn, draft)


async def _name(turn: Turn, draft: Draft, said: str) -> Result | None:
    if said in _NAMELESS:
        return await choose_name(turn, "khong")
    if said in _YES or said == "neu ten":
        return await choose_name(turn, "co")
    return await _aside(turn, draft) or await _unless_elsewhere(turn, draft)


async def _reporter(turn: Turn, draft: Draft, said: str) -> Result | None:
    if said in _NAMELESS:
        return await choose_name(turn, "khong")
    if len(turn.text) > _LONGEST_NAME:
        return await add_words(turn, draft)
    return await go_on(turn, draft.model_copy(update={"reporter": turn.text.strip()}))


async def _check(turn: Turn, draft: Draft, said: str) -> Result | None:
    if _agrees(turn, said):
        return await send(turn)
    if said in _NO or understood(turn, "tu-choi"):
        return await go_on(turn, draft, "Dạ, bà con sửa phần nào thì nhấn nút dưới, hoặc gõ thêm điều cần nói.")
    return await _aside(turn, draft) or await _unless_elsewhere(turn, draft)


async def _aside(turn: Turn, draft: Draft) -> Result | None:
    """A question about a procedure meanwhile: answered, and the draft is reminded of."""
    reminder = Reply(text=f"Phản ánh của bà con vẫn để đây, chưa gửi: {in_short(draft)}.", choices=(GO_ON, GIVE_UP))
    return answered(turn, reminder, WRITING)


async def _unless_elsewhere(turn: Turn, draft: Draft) -> Result | None:
    return None if elsewhere(turn) else await add_words(turn, draft)


def _agrees(turn: Turn, said: str) -> bool:
    return said in _YES or (understood(turn, "dong-y") and len(said.split()) <= 6)


_HEARERS: Mapping[Step, Callable[[Turn, Draft, str], Awaitable[Result | None]]] = {
    "words": _words,
    "category": _category,
    "place": _place,
    "old-place": _old_place,
    "alike": _alike,
    "photos": _photos,
    "name": _name,
    "reporter": _reporter,
    "check": _check,
}
