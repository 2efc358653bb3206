"""A desk for the dialogue's stage: what was sent is remembered, nothing is stored, nothing waits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import cast

from bot.desk.calendar import Holidays, WorkingTime
from bot.desk.categories import Categories, load_categories
from bot.desk.deeds import Deed, DropPhotos, Follow, KeepPhoto, Make, Send
from bot.desk.life import Doing, Impossible, Standing, State, after, possible
from bot.desk.reports import Desk
from bot.desk.taking.duplicates import Alike, Told
from bot.desk.taking.emergency import Emergencies, load_emergencies
from bot.desk.taking.place import Renamed, renamed
from bot.desk.view import Ticket, View
from bot.dialogue import handle
from bot.messages import Incoming
from bot.settings import ROOT
from bot.turn import Result
from nlu.parse import Parse
from tests.unit.scene import Hears, Person, actions, at_once, office, turn

DECLINED = "Ảnh này là giấy tờ."
_DATA = ROOT / "data" / "reports"


@lru_cache(maxsize=1)
def categories() -> Categories:
    """The list as shipped."""
    return load_categories(_DATA / "categories.yml")


@lru_cache(maxsize=1)
def emergencies() -> Emergencies:
    """The list as shipped."""
    return load_emergencies(_DATA / "emergency.yml")


@dataclass
class Shelf:
    """What a `View` offers, for one conversation, in memory. Photos are named by what they are asked for."""

    now: float = 0.0
    home: str = ""
    channel: str = "telegram"
    conversation_id: int = 1
    there: Alike | None = None
    tickets_held: dict[str, Ticket] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    sent: list[Send] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    asked: list[Told] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        hours = WorkingTime.of(office(), Holidays(frozenset(), frozenset()))
        return Desk(1, hours, categories(), emergencies())

    async def tickets(self) -> tuple[Ticket, ...]:
        return tuple(self.tickets_held.values())

    async def ticket(self, code: str) -> Ticket | None:
        return self.tickets_held.get(code)

    async def hindrance(self, code: str, doing: Doing) -> str | None:
        ticket = self.tickets_held[code]
        try:
            after(_standing(ticket), doing, self.now)
        except Impossible as impossible:
            return str(impossible)
        return None

    async def alike(self, told: Told) -> Alike | None:
        self.asked.append(told)
        return self.there if self.there and self.there.category == told.category else None

    async def still_open(self, code: str) -> bool:
        return self.there is not None and self.there.code == code

    async def renamed(self, text: str, home: str) -> Renamed | None:
        return renamed(text, self.home) if self.home else None

    async def missing(self, files: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(file for file in files if file not in self.kept)

    async def staffed(self) -> bool:
        return False

    async def keep(self, photo: str) -> KeepPhoto | str:
        return DECLINED if photo.startswith("cccd") else KeepPhoto(f"{photo}.jpg", 1000)

    def carry_out(self, deed: Deed) -> None:
        """As the worker does."""
        self.deeds.append(deed)
        match deed:
            case KeepPhoto(file):
                self.kept.append(file)
            case DropPhotos(files):
                assert set(files) <= set(self.kept), "photos are dropped that were never kept"
                self.kept = [file for file in self.kept if file not in files]
            case Send(new):
                assert set(new.photos) <= set(self.kept), "photos are sent that are not kept"
                self.sent.append(deed)
            case Make(code, doing):
                ticket = self.tickets_held[code]
                assert ticket.mine, "somebody moved another's report"
                self.hold(replace(ticket, state=after(_standing(ticket), doing, self.now).state))
            case Follow(code):
                assert self.there is not None
                assert code == self.there.code, "somebody follows a report that was not offered"

    def hold(self, ticket: Ticket) -> None:
        """A report of this conversation."""
        moves = possible(_standing(ticket), "citizen", self.now) if ticket.mine else ()
        self.tickets_held[ticket.code] = replace(ticket, moves=moves)


def _standing(ticket: Ticket) -> Standing:
    return Standing(ticket.state, None, ticket.changed_at if ticket.state is State.DONE else None)


@dataclass
class Citizen(Person):
    """Somebody at a bot that takes reports."""

    shelf: Shelf = field(default_factory=Shelf)

    def send(self, message: Incoming, heard: Parse | None = None) -> Result:
        """Any message; what it asks of the desk is done."""
        self.shelf.now = self.now.timestamp()
        given = replace(turn(message, self.talk, self.now), desk=cast(View, self.shelf))
        handled = at_once(handle(given, actions(), Hears(heard)))
        self.last, self.talk = (
            handled.result,
            type(self.talk).model_validate(handled.result.talk.model_dump(mode="json")),
        )
        for deed in handled.result.deeds:
            self.shelf.carry_out(deed)
        return self.last

    def tell(self, text: str) -> Result:
        """Report something, in words that are understood as a report."""
        return self.say(text, ("gui-phan-anh", 0.95))

    def show_photo(self, *names: str, text: str = "") -> Result:
        """Send photos."""
        return self.send(Incoming(kind="photo", photos=names, text=text))
