"""Take a report of a local problem: a lamp, rubbish, a rude official. What is missing is asked, one thing at a time."""

from __future__ import annotations

import re
from dataclasses import replace

from actions import hearing_out
from actions.answer import show
from actions.asking import GIVE_UP, GO_ON, in_short
from actions.drafting import TOO_MUCH, WRITING, add_photos, desk_of, drop_photos, go_on, written
from actions.sending import drop, join, nothing_open, send, send_apart
from bot.desk.taking.draft import Draft
from bot.desk.taking.emergency import call_first
from bot.messages import Choice, Reply
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.turn import Action, Result, Turn
from nlu.normalise import fold, normalise

_ENTRY = "phan-anh-kien-nghi"
# What says that there is something to report, but not what.
_NOTHING_SAID = frozenset(
    """a ad alo anh ba bac ban bao bi biet cai can canh chao cho chu chuyen co con cua dan dang di duoc em gi giup gop
    gui hinh hoi kien kieu la len lam mot minh mot muon nay ngay nghi nhe nho nhu o oi ok phan phieu quan sao su the
    thong tin toi trinh trong tui uy ve viec voi vu xa xin y yeu cau de khieu nai to cao dau lai nao roi thi
    vay""".split()
)


async def begin(turn: Turn) -> Result | None:
    """Somebody told of a problem, or wants to."""
    if turn.desk is None:
        return _where_reports_are_taken(turn)
    words = turn.text.strip() if _says_something(turn.text) else ""
    return await _begin_with(turn, Draft(words=words))


async def open_from_menu(turn: Turn) -> Result | None:
    """The button or the command: on with what was begun, if anything was."""
    if turn.desk is None:
        return _where_reports_are_taken(turn)
    return await _begin_with(turn, Draft())


async def begin_with_photo(turn: Turn) -> Result | None:
    """A photo out of the blue."""
    if not _free(turn) or not turn.message.photos:
        return None
    result = await add_photos(turn, turn.talk.draft or Draft())
    began = result.talk.draft
    if began is None or not began.empty():
        return result
    lead = result.replies[0].text.partition("\n\n")[
        0
    ]  # why the photo is not taken; there is nothing else to go on with
    start = Choice(label="Gửi phản ánh", payload=payload("bao-viec"))
    return written(turn, None, (Reply(text=lead, choices=(start,)),))


async def begin_with_point(turn: Turn) -> Result | None:
    """A place on the map out of the blue."""
    if not _free(turn) or turn.message.place is None:
        return None
    return await hearing_out.take_point(turn, turn.talk.draft or Draft())


async def alarm(turn: Turn) -> Result | None:
    """Somebody cries out, in whatever they were doing: the number to call at once."""
    emergencies = turn.desk.desk.emergencies if turn.desk else None
    writing = turn.talk.draft is not None and turn.talk.awaiting == WRITING
    if emergencies is None or writing or emergencies.happening(turn.text) is None:
        return None
    return await begin(turn)


async def resume(turn: Turn) -> Result | None:
    """On with the open question; what was about to be said anew stays as it is."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    return await go_on(turn, draft.fixed())


async def start_over(turn: Turn) -> Result | None:
    """Drop the draft that lay open and write of the other thing."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    return await go_on(turn, Draft(words=draft.other), deeds=drop_photos(draft)) if draft.other else await resume(turn)


async def merge(turn: Turn) -> Result | None:
    """What was said belongs to the draft that lay open."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None:
        return nothing_open(turn)
    longer = draft.with_words(draft.other)
    if longer is None:
        return await go_on(turn, draft, TOO_MUCH)
    return await go_on(turn, longer.model_copy(update={"other": ""}))


async def stop(turn: Turn) -> Result | None:
    """It was understood as "never mind" while a question of a draft is on the screen."""
    draft = turn.talk.draft
    if draft is None or turn.desk is None or not _on_screen(turn):
        return None
    return await hearing_out.stopped(turn, draft)


async def _begin_with(turn: Turn, new: Draft) -> Result:
    """Start, unless a draft lies open: then the person says which."""
    draft = turn.talk.draft
    if draft is None or draft.empty():
        return await _begin_anew(turn, new)
    if not new.words:
        return await go_on(turn, draft.fixed(), "Bà con đang viết dở phản ánh này.")
    if not draft.words:
        return await go_on(turn, draft.model_copy(update={"words": new.words}))
    other = "\n".join(filter(None, (draft.other, new.words)))
    reply = Reply(
        text=f"Bà con đang viết dở một phản ánh: {in_short(draft)}. Câu vừa rồi là việc mới, hay thêm vào việc đó ạ?",
        choices=(
            Choice(label="Thêm vào việc đang viết", payload=payload("bao-them")),
            Choice(label="Viết xong việc kia đã", payload=payload("bao-tiep")),
            Choice(label="Bỏ việc kia, viết việc mới", payload=payload("bao-moi")),
        ),
    )
    result = written(turn, draft.model_copy(update={"other": other}), (reply,))
    return replace(result, talk=result.talk.model_copy(update={"awaiting": None}))


async def _begin_anew(turn: Turn, new: Draft) -> Result:
    """The first question; before it, in an emergency, whom to call, and whether to report it at all."""
    emergencies = desk_of(turn).desk.emergencies
    emergency = emergencies.told(new.words) if emergencies else None
    result = await go_on(turn, new.model_copy(update={"warned": emergency is not None}))
    if emergency is None:
        return result
    on = GO_ON.model_copy(update={"label": "Vẫn gửi phản ánh cho xã"})
    return replace(result, replies=(call_first(emergency).model_copy(update={"choices": (on, GIVE_UP)}),))


def _free(turn: Turn) -> bool:
    """Whether nobody else waits for an answer."""
    return turn.desk is not None and turn.talk.awaiting in (None, WRITING)


def _on_screen(turn: Turn) -> bool:
    return turn.talk.awaiting == WRITING or any(choice.startswith("#bao-") for choice in turn.talk.choices)


def _says_something(text: str) -> bool:
    words = re.findall(r"\w+", fold(normalise(text)))
    return sum(word not in _NOTHING_SAID for word in words) >= 2


def _where_reports_are_taken(turn: Turn) -> Result | None:
    """Where nothing is stored: how a problem is reported, and where its state is asked."""
    answered = show(turn, _ENTRY)
    if answered is None:
        return None
    opening = (
        "Ở đây máy chưa nhận phản ánh được: bà con gửi qua Zalo, Telegram hoặc trang web của xã, hay báo ngay cho "
        f"{turn.office.center} ({turn.office.address})."
    )
    reply = answered.replies[0]
    told = reply.model_copy(update={"text": f"{opening}\n\n{reply.text}"})
    return replace(answered, replies=(told,), outcome=Outcome.REPORT)


action = Action(
    verbs={
        "bao-viec": open_from_menu,
        "bao-tiep": resume,
        "bao-moi": start_over,
        "bao-them": merge,
        "bao-nhom": hearing_out.show_kinds,
        "bao-loai": hearing_out.choose_kind,
        "bao-noi": hearing_out.choose_place,
        "bao-anh": hearing_out.no_more_photos,
        "bao-ten": hearing_out.choose_name,
        "bao-sua": hearing_out.fix,
        "bao-rieng": send_apart,
        "bao-chung": join,
        "bao-gui": send,
        "bao-thoi": drop,
    },
    intents={"gui-phan-anh": begin},
    awaits={WRITING: hearing_out.hear},
    kinds={"photo": begin_with_photo, "location": begin_with_point},
    phrases=dict.fromkeys(("phan anh", "gui phan anh", "gop y", "bao viec"), open_from_menu),
    catches=(alarm,),
)
