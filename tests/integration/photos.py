"""Actions that take a photo or a place at once, and messages pushed to somebody who has asked nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import outbox
from bot.desk.deeds import KeepPhoto
from bot.messages import Reply
from bot.outcomes import Outcome
from bot.turn import Handler, Result, Turn
from tests.integration.deployment import Deployment

TAKEN = "Máy đã nhận ảnh."


async def _keep(turn: Turn) -> Result:
    assert turn.desk
    kept = [await turn.desk.keep(photo) for photo in turn.message.photos]
    words = [TAKEN if isinstance(one, KeepPhoto) else one for one in kept]
    reply = Reply(text="\n".join([*words, f"Lời kèm: {turn.text}"]))
    return Result((reply,), turn.talk, Outcome.REPORT, deeds=tuple(one for one in kept if isinstance(one, KeepPhoto)))


def _place(turn: Turn) -> Result:
    place = turn.message.place
    words = f"{place.latitude:.4f} {place.longitude:.4f} {turn.text}" if place else "không rõ chỗ"
    return Result((Reply(text=words.strip()),), turn.talk, Outcome.REPORT)


KINDS: Mapping[str, Handler] = {"photo": _keep, "location": _place}


def kept(motcua: Deployment, content: bytes) -> str:
    """A photo kept as an officer's would be; its file."""
    return motcua.call(motcua.service.photos.keep(content)).file


def push(motcua: Deployment, address: object, *replies: Reply) -> None:
    """Send replies to a conversation without being asked."""
    [row] = motcua.rows("SELECT id FROM conversations WHERE address = ?", str(address))

    async def enqueue() -> None:
        async with motcua.service.store.write() as session:
            outbox.enqueue(session, row["id"], None, replies, None, motcua.clock.now())
        motcua.wake()

    motcua.call(enqueue())


def attachments(motcua: Deployment, address: object) -> list[dict[str, Any]]:
    """The photos of a person's draft."""
    query = "SELECT a.* FROM attachments a JOIN conversations c ON c.id = a.conversation_id WHERE c.address = ?"
    return motcua.rows(f"{query} ORDER BY a.id", str(address))
