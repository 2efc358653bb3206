"""The bot in a terminal: the dialogue alone, nothing stored, nothing sent."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.dialogue import handle
from bot.knowledge import load_knowledge
from bot.masking import mask
from bot.messages import Incoming, Reply
from bot.offices import load_offices, office_of
from bot.registry import load_actions
from bot.settings import Settings
from bot.talk import Talk
from bot.turn import Turn
from bot.understanding import open_understanding


async def talk(settings: Settings) -> None:
    """Read lines, print replies; an empty line ends the talk."""
    knowledge = load_knowledge(settings.data / "knowledge")
    office = office_of(load_offices(settings.data / "offices"), settings.office)
    actions, understanding = load_actions(), open_understanding(settings)
    remembered = Talk()
    try:
        while text := input("> ").strip():
            turn = Turn(
                message=Incoming(kind="text", text=text),
                text=mask(text),
                talk=remembered,
                knowledge=knowledge,
                office=office,
                now=datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")),
            )
            result = (await handle(turn, actions, understanding)).result
            remembered = result.talk
            for reply in result.replies:
                print(_shown(reply))
    except EOFError:
        print()
    finally:
        await understanding.close()


def _shown(reply: Reply) -> str:
    menu = [f"  [{number}] {choice.label}" for number, choice in enumerate(reply.choices, 1)]
    return "\n".join(["", "\n\n".join(reply.lines()), "", *menu, ""])
