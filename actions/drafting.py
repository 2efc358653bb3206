"""On with a draft: take from the words what they tell, look whether it was reported already, ask what is missing."""

from __future__ import annotations

from actions.asking import offer_to_follow, question
from bot.desk.deeds import Deed, DropPhotos, KeepPhoto
from bot.desk.taking.draft import MOST_PHOTOS, Draft
from bot.desk.taking.duplicates import Told
from bot.desk.taking.emergency import call_first
from bot.desk.taking.guess import guess
from bot.desk.taking.place import find_place
from bot.desk.view import View
from bot.messages import Reply
from bot.outcomes import Outcome
from bot.turn import Result, Turn

WRITING = "phan-anh"  # what `talk.awaiting` says while a question of a draft is open
TOO_MUCH = "Nội dung đã dài quá nên máy chưa ghi thêm được đoạn vừa rồi; bà con gửi phần đã có trước giúp ạ."


def desk_of(turn: Turn) -> View:
    """The desk; whoever has a draft has one."""
    assert turn.desk  # noqa: S101 (for the type checker: handlers decline without a desk)
    return turn.desk


async def go_on(turn: Turn, draft: Draft, lead: str = "", deeds: tuple[Deed, ...] = ()) -> Result:
    """Ask for what is missing, or read it all back. `lead` comes first in the message."""
    desk = desk_of(turn)
    draft = await _taken_from_words(turn, draft)
    emergency = desk.desk.emergencies.told(draft.words) if desk.desk.emergencies and not draft.warned else None
    if emergency:
        draft = draft.model_copy(update={"warned": True})
    draft, offered = await _compared(desk, draft)
    draft = draft.model_copy(update={"step": draft.missing(), "touched_at": turn.now.timestamp()})
    asked = offered or question(turn, draft)
    replies = (*([call_first(emergency)] if emergency else []), _led(asked, lead))
    return written(turn, draft, replies, deeds)


def written(turn: Turn, draft: Draft | None, replies: tuple[Reply, ...], deeds: tuple[Deed, ...] = ()) -> Result:
    """The turn's result with the draft as it is now; the next text is an answer while there is one."""
    update = {"draft": draft, "awaiting": WRITING if draft else None, "errand": None}
    return Result(replies, turn.talk.model_copy(update=update), Outcome.REPORT, deeds=deeds)


async def closed(turn: Turn, draft: Draft, reply: Reply, deeds: tuple[Deed, ...]) -> Result:
    """A draft has ended; what came beside it meanwhile is begun."""
    if not draft.other:
        return written(turn, None, (reply,), deeds)
    following = await go_on(turn, Draft(words=draft.other), "Còn việc kia bà con vừa báo:", deeds)
    return Result((reply, *following.replies), following.talk, Outcome.REPORT, deeds=deeds)


async def add_words(turn: Turn, draft: Draft, lead: str = "Máy đã ghi thêm vào nội dung.") -> Result:
    """Whatever somebody types that answers no question belongs to the report."""
    longer = draft.with_words(turn.text)
    return await go_on(turn, longer, lead) if longer else await go_on(turn, draft, TOO_MUCH)


async def add_photos(turn: Turn, draft: Draft) -> Result:
    """Photos, with the words under them; each is fetched and cleaned now, one that is not taken says why."""
    said, deeds, draft = await kept_photos(turn, draft.photos, draft)
    if turn.text.strip():
        longer = draft.with_words(turn.text)
        said.append("" if longer else TOO_MUCH)
        draft = longer or draft
    return await go_on(turn, draft, "\n".join(filter(None, said)), deeds)


async def kept_photos(turn: Turn, before: tuple[str, ...], draft: Draft) -> tuple[list[str], tuple[Deed, ...], Draft]:
    """What to say of the photos of a message, the deeds that keep them, and the draft with them."""
    desk, photos, said, deeds = desk_of(turn), list(before), [], list[Deed]()
    for photo in turn.message.photos:
        if len(photos) >= MOST_PHOTOS:
            said.append(f"Máy chỉ nhận được {MOST_PHOTOS} ảnh; ảnh thêm máy không giữ.")
            break
        kept = await desk.keep(photo)
        if isinstance(kept, KeepPhoto) and kept.file not in photos:
            photos.append(kept.file)
            deeds.append(kept)
        elif isinstance(kept, str):
            said.append(kept)
    if deeds:
        said.insert(0, f"Máy đã nhận ảnh ({len(photos)}/{MOST_PHOTOS}).")
    return said, tuple(deeds), draft.model_copy(update={"photos": tuple(photos)})


async def with_place(turn: Turn, draft: Draft, place: str) -> Draft:
    """With a place in words; an old ward's new name is to be confirmed."""
    home = f"{turn.office.name}, {turn.office.address}"
    new = await desk_of(turn).renamed(place, home)
    name = f"{new.new} (một phần thuộc nơi khác)" if new and new.split else new.new if new else ""
    return draft.fixed(place=place, placed=True, found=False, renamed=name)


def drop_photos(draft: Draft) -> tuple[Deed, ...]:
    """What becomes of the photos of a draft that is not sent."""
    return (DropPhotos(draft.photos),) if draft.photos else ()


async def _taken_from_words(turn: Turn, draft: Draft) -> Draft:
    """The kind and the place that the words tell, unless the person said them."""
    if draft.words and (not draft.category or draft.guessed):
        sure = guess(desk_of(turn).desk.categories, draft.words).sure
        draft = draft.model_copy(update={"category": sure or draft.category, "guessed": bool(sure or draft.category)})
    if draft.words and (not draft.placed or draft.found) and draft.fixing != "place":
        place = find_place(draft.words)
        if place and place != draft.place:
            draft = (await with_place(turn, draft, place)).model_copy(update={"found": True, "fixing": draft.fixing})
    if draft.point and not draft.placed and draft.fixing != "place":
        draft = draft.model_copy(update={"placed": True})
    return draft


async def _compared(desk: View, draft: Draft) -> tuple[Draft, Reply | None]:
    """Look once for a report of the same, as soon as it is known what and where."""
    said = f"{draft.category}|{draft.place}|{draft.point}"
    ready = draft.words and draft.category and draft.placed and not draft.renamed and not draft.fixing
    if not ready or draft.compared == said:
        return draft, None
    found = await desk.alike(Told(draft.category, draft.words, draft.place, draft.point))
    draft = draft.model_copy(update={"compared": said, "alike": found.code if found else ""})
    if found is None:
        return draft, None
    return draft, offer_to_follow(found, desk.desk.categories.name(found.category))


def _led(reply: Reply, lead: str) -> Reply:
    """With something said before it, in the same message."""
    part = "heading" if reply.heading else "text"
    return reply.model_copy(update={part: f"{lead}\n\n{getattr(reply, part)}"}) if lead else reply
