"""What its sender does with a report: says whether it is done, adds to it, takes it back."""

from __future__ import annotations

from actions.aside import answered, asks, elsewhere
from actions.drafting import WRITING, desk_of, kept_photos
from actions.sending import MINE
from bot.desk.codes import find_code
from bot.desk.deeds import Deed, DropPhotos, KeepPhoto, Make
from bot.desk.life import Doing, Move
from bot.desk.taking.draft import Draft, Errand
from bot.desk.view import Ticket
from bot.messages import Choice, Reply
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.turn import Action, Result, Turn
from nlu.normalise import fold, normalise

_REOPENING, _ADDING, _COMMENTING = "chua-xong", "bo-sung", "nhan-xet"
_LONGEST = 2000  # characters
_PATIENCE = 15 * 60.0  # seconds; later a text is a new question, while a photo may have had to be taken first
_ENOUGH = frozenset(
    "khong, khong a, k, ko, khong can, khong co, khong co anh, bo qua, thoi, khoi, xong, xong roi, het, het roi, "
    "du roi".split(", ")
)
REPORT = Choice(label="Gửi phản ánh mới", payload=payload("bao-viec"))


async def confirm(turn: Turn, code: str) -> Result | None:
    """ "Đã xong": noted, and stars asked for."""
    doing = Doing(Move.CONFIRM, "citizen")
    if refused := await _refused(turn, code, doing):
        return refused
    stars = [Choice(label="★" * number, payload=payload("danh-gia", code, number)) for number in range(5, 0, -1)]
    reply = Reply(text="Cảm ơn bà con đã báo lại. Bà con chấm việc xử lý này mấy sao ạ?", choices=tuple(stars))
    return result(turn, reply, deeds=(Make(code.upper(), doing),))


async def rate(turn: Turn, code: str, stars: str) -> Result | None:
    """The stars are kept at once; a comment may follow."""
    if not stars.isdecimal() or not 1 <= int(stars) <= 5:
        return None
    doing = Doing(Move.RATE, "citizen", stars=int(stars))
    if refused := await _refused(turn, code, doing):
        return refused
    errand = Errand(code=code.upper(), stars=int(stars))
    reply = Reply(
        text=f"Máy đã ghi {stars} sao, cảm ơn bà con. Bà con muốn góp ý thêm gì cho cán bộ thì gõ luôn ạ.",
        choices=(Choice(label="Không góp ý thêm", payload=payload("phan-anh", code)),),
    )
    return result(turn, reply, errand, _COMMENTING, (Make(code.upper(), doing),))


async def comment(turn: Turn) -> Result | None:
    """Words to the stars. A question is none, and they are not asked for again."""
    errand = _errand(turn)
    if errand is None or turn.message.kind != "text" or _is_elsewhere(turn) or _aside(turn, "", MINE, _COMMENTING):
        return None
    if _is_enough(turn):
        return say(turn, "Dạ, máy cảm ơn bà con.", (MINE,))
    doing = Doing(Move.RATE, "citizen", stars=errand.stars, words=turn.text.strip()[:_LONGEST])
    if refused := await _refused(turn, errand.code, doing):
        return refused
    reply = Reply(text="Máy đã chuyển lời góp ý của bà con. Cảm ơn bà con.", choices=(MINE,))
    return result(turn, reply, deeds=(Make(errand.code, doing),))


async def ask_what_is_left(turn: Turn, code: str) -> Result | None:
    """ "Chưa xong": what is still wrong, and a photo of it."""
    if refused := await _refused(turn, code, Doing(Move.REOPEN, "citizen", words="…")):
        return refused
    reply = Reply(
        text="Bà con cho biết còn gì chưa xong ạ, và chụp giúp một tấm ảnh nếu được.",
        choices=(Choice(label="Thôi, để như vậy", payload=payload("phan-anh", code)),),
    )
    return result(turn, reply, Errand(code=code.upper()), _REOPENING)


async def take_what_is_left(turn: Turn) -> Result | None:
    """Words first, then a photo or none; whichever comes first waits for the other."""
    errand = _errand(turn)
    if errand is None or _is_elsewhere(turn):
        return None
    if errand.words and _is_enough(turn):
        return await _reopened(turn, errand, ())
    waits = f"Máy vẫn chờ bà con nói nốt: phản ánh {errand.code} còn gì chưa xong ạ."
    if aside := _aside(turn, waits, _next(errand), _REOPENING):
        return aside
    said, errand, deeds = await _with_message(turn, errand)
    if errand.words and errand.photos:
        return await _reopened(turn, errand, deeds)
    text = "Bà con nói thêm vài lời: còn gì chưa xong ạ?"
    if errand.words:
        text = "Bà con gửi thêm một tấm ảnh để cán bộ thấy rõ, hoặc gửi luôn không có ảnh."
    reply = Reply(text="\n\n".join(filter(None, (*said, text))), choices=(_next(errand),))
    return result(turn, reply, errand, _REOPENING, deeds)


async def reopen(turn: Turn, code: str) -> Result | None:
    """Without a photo."""
    errand = turn.talk.errand
    if errand is None or turn.desk is None or errand.code != code.upper() or not errand.words:
        return await ask_what_is_left(turn, code)
    return await _reopened(turn, errand, ())


async def withdraw(turn: Turn, code: str, sure: str = "") -> Result | None:
    """Take a report back; asked once more."""
    doing = Doing(Move.WITHDRAW, "citizen")
    if refused := await _refused(turn, code, doing):
        return refused
    ticket = await ticket_of(turn, code)
    shared = ticket is not None and ticket.shared
    if sure == "chac":
        text = (
            f"Máy đã thôi ghi bà con là người gửi phản ánh {code.upper()}. Còn người khác cũng báo việc này nên cán bộ "
            "vẫn xử lý; máy không nhắn tin về việc này cho bà con nữa."
            if shared
            else f"Máy đã rút lại phản ánh {code.upper()}. Cán bộ sẽ không xử lý nữa."
        )
        reply = Reply(text=text, choices=(MINE,))
        return result(turn, reply, deeds=(Make(code.upper(), doing),))
    choices = (
        Choice(label="Rút lại", payload=payload("rut-lai", code, "chac")),
        Choice(label="Không, cứ để", payload=payload("phan-anh", code)),
    )
    others = " Còn người khác cũng báo việc này nên cán bộ vẫn xử lý, chỉ thôi nhắn bà con." if shared else ""
    text = f"Bà con chắc muốn rút lại phản ánh {code.upper()} ạ? Rút rồi thì không mở lại được.{others}"
    return say(turn, text, choices)


async def ask_for_more(turn: Turn, code: str) -> Result | None:
    """Something to add."""
    if refused := await _refused(turn, code, Doing(Move.ADD, "citizen", words="…")):
        return refused
    reply = Reply(text="Bà con gửi lời hoặc ảnh muốn bổ sung ạ.", choices=(_enough(code),))
    return result(turn, reply, Errand(code=code.upper()), _ADDING)


async def add(turn: Turn) -> Result | None:
    """Each message is passed on at once; more may follow."""
    errand = _errand(turn)
    if errand is None or _is_elsewhere(turn):
        return None
    if _is_enough(turn):
        see = Choice(label="Xem phản ánh này", payload=payload("phan-anh", errand.code.lower()))
        return say(turn, "Dạ, vậy máy không ghi thêm gì nữa.", (see,))
    waits = f"Bà con còn gì bổ sung cho phản ánh {errand.code} thì gửi tiếp ạ."
    if aside := _aside(turn, waits, _enough(errand.code), _ADDING):
        return aside
    said, more, deeds = await _with_message(turn, Errand(code=errand.code))
    if more.words or more.photos:
        doing = Doing(Move.ADD, "citizen", words=more.words or "Gửi thêm ảnh.", photos=more.photos)
        if refused := await _refused(turn, errand.code, doing):
            return refused
        deeds = (*deeds, Make(errand.code, doing))
        said.append("Máy đã chuyển cho cán bộ. Còn gì nữa bà con gửi tiếp ạ.")
    text = "\n\n".join(filter(None, said)) or "Bà con gửi lời hoặc ảnh muốn bổ sung ạ."
    return result(turn, Reply(text=text, choices=(_enough(errand.code),)), errand, _ADDING, deeds)


def _errand(turn: Turn) -> Errand | None:
    """What a message is for; none for a text that comes long after it was asked for."""
    errand = turn.talk.errand
    if errand is None or turn.desk is None or turn.message.kind not in ("text", "photo"):
        return None
    late = turn.now.timestamp() - errand.at > _PATIENCE
    return None if late and turn.message.kind == "text" else errand


def _is_elsewhere(turn: Turn) -> bool:
    return asks(turn) and elsewhere(turn)


def _aside(turn: Turn, reminder: str, choice: Choice, awaiting: str) -> Result | None:
    """A question about a procedure meanwhile: answered, and the report is reminded of."""
    return answered(turn, Reply(text=reminder, choices=(choice,)), awaiting) if asks(turn) else None


def _is_enough(turn: Turn) -> bool:
    return turn.message.kind == "text" and fold(normalise(turn.text)) in _ENOUGH


async def _with_message(turn: Turn, errand: Errand) -> tuple[list[str], Errand, tuple[Deed, ...]]:
    """The errand with what the message brings, and what there is to say of its photos."""
    said, deeds, kept = await kept_photos(turn, errand.photos, Draft())
    words = "\n".join(filter(None, (errand.words, turn.text.strip())))[:_LONGEST]
    return said, errand.model_copy(update={"words": words, "photos": kept.photos}), deeds


async def _reopened(turn: Turn, errand: Errand, deeds: tuple[Deed, ...]) -> Result:
    fresh = {deed.file for deed in deeds if isinstance(deed, KeepPhoto)}
    gone = await desk_of(turn).missing(tuple(photo for photo in errand.photos if photo not in fresh))
    photos = tuple(photo for photo in errand.photos if photo not in gone)
    doing = Doing(Move.REOPEN, "citizen", words=errand.words, photos=photos)
    if refused := await _refused(turn, errand.code, doing):
        return refused
    reply = Reply(
        text=f"Máy đã mở lại phản ánh {errand.code} và chuyển lời bà con cho cán bộ. Có tin gì máy nhắn bà con.",
        choices=(Choice(label="Xem phản ánh này", payload=payload("phan-anh", errand.code.lower())),),
    )
    return result(turn, reply, deeds=(*deeds, Make(errand.code, doing)))


async def ticket_of(turn: Turn, code: str) -> Ticket | None:
    """A report that the conversation sent or follows."""
    known = find_code(code)
    return await turn.desk.ticket(known) if turn.desk and known else None


def not_found(turn: Turn) -> Result:
    """The same words whether there is such a report or not."""
    return say(turn, "Máy không tìm thấy phản ánh này trong cuộc trò chuyện của bà con.", (MINE, REPORT))


async def _refused(turn: Turn, code: str, doing: Doing) -> Result | None:
    """Why this person cannot do this now; none when they can."""
    ticket = await ticket_of(turn, code)
    if ticket is None or turn.desk is None:
        return not_found(turn)
    if not ticket.mine:
        see = Choice(label="Xem phản ánh này", payload=payload("phan-anh", ticket.code.lower()))
        return say(turn, "Chỉ người gửi phản ánh mới làm được việc này ạ.", (see,))
    reason = await turn.desk.hindrance(ticket.code, doing)
    return (
        say(turn, reason, (Choice(label="Xem phản ánh này", payload=payload("phan-anh", ticket.code.lower())),))
        if reason
        else None
    )


def _next(errand: Errand) -> Choice:
    """What can be pressed while it is told what is left."""
    if errand.words:
        return Choice(label="Gửi luôn, không có ảnh", payload=payload("mo-lai", errand.code.lower()))
    return Choice(label="Thôi, để như vậy", payload=payload("phan-anh", errand.code.lower()))


def _enough(code: str) -> Choice:
    return Choice(label="Xong, không bổ sung nữa", payload=payload("phan-anh", code.lower()))


def say(turn: Turn, text: str, choices: tuple[Choice, ...] = ()) -> Result:
    """A line; nothing is being done any more."""
    return result(turn, Reply(text=text, choices=choices))


def result(
    turn: Turn, reply: Reply, errand: Errand | None = None, awaiting: str | None = None, deeds: tuple[Deed, ...] = ()
) -> Result:
    """With what is being done now; photos of what was begun and left are nobody's any more."""
    left, writing = turn.talk.errand, WRITING if turn.talk.awaiting == WRITING else None
    carried = (errand.photos if errand else ()) + tuple(
        photo for deed in deeds if isinstance(deed, Make) for photo in deed.doing.photos
    )
    dropped = tuple(photo for photo in (left.photos if left else ()) if photo not in carried)
    doing = errand.model_copy(update={"at": turn.now.timestamp()}) if errand else None
    talk = turn.talk.model_copy(update={"errand": doing, "awaiting": awaiting or writing})
    return Result((reply,), talk, Outcome.REPORT, deeds=(*deeds, *((DropPhotos(dropped),) if dropped else ())))


action = Action(
    verbs={
        "da-xong": confirm,
        "danh-gia": rate,
        "chua-xong": ask_what_is_left,
        "mo-lai": reopen,
        "rut-lai": withdraw,
        "bo-sung": ask_for_more,
    },
    awaits={_REOPENING: take_what_is_left, _ADDING: add, _COMMENTING: comment},
)
