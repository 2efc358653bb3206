"""The citizens' side of the Zalo double: what they write, tap and follow, and what they see."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.double import Json, RefusedError, wait_for_message
from tests.fakes.zalo_rules import QUERIES, Content, invalid

if TYPE_CHECKING:
    from tests.fakes.zalo import FakeZalo

FREE_WINDOW = 48 * 3600
WINDOW = 7 * 24 * 3600
WELCOME_MESSAGES = 3


@dataclass(frozen=True)
class Shown:
    """A message of the OA as a person sees it. Zalo can't edit, so it never changes."""

    message_id: str
    content: Content
    sent_at: float
    quota: Json | None
    admin_id: str = ""

    @property
    def text(self) -> str:
        """The text; of a list its titles and subtitles."""
        return self.content.text

    @property
    def asset(self) -> str:
        """The attachment id of the photo that is shown, if any."""
        payload = (self.content.attachment or {}).get("payload", {})
        return str(payload.get("elements", [{}])[0].get("attachment_id", ""))

    @property
    def buttons(self) -> list[str]:
        """The titles of all that can be tapped."""
        return [button.title for button in self.content.buttons]


@dataclass
class Person:
    """A citizen as one OA knows them; the states may be set directly."""

    fake: FakeZalo
    id: str
    name: str
    follower: bool = False
    blocked: bool = False
    dormant: bool = False
    sensitive: bool = False
    last_interaction: float | None = None
    welcome_left: int = WELCOME_MESSAGES

    @property
    def inbox(self) -> list[Shown]:
        """What the OA sent, oldest first."""
        with self.fake.changed:
            return list(self.fake.inboxes[self.id])

    def wait_for(self, until: int | Callable[[Shown], bool], timeout: float = 5.0) -> Shown:
        """Wait (real seconds) for that many messages, or one that satisfies it; gives the newest such."""
        return wait_for_message(self.fake.changed, lambda: self.inbox, until, timeout)

    def says(self, text: str) -> Json:
        """Send a text; gives the event."""
        return self.sends("text", {"text": text})

    def sends(self, kind: str, message: Json) -> Json:
        """Send `user_send_<kind>` with these message fields (text, attachments…); gives the event."""
        self._interacts()
        msg_id = self.fake.new_message_id()
        self.fake.remember_inbound(msg_id, self)
        fields = {**message, "msg_id": msg_id}
        now = self.fake.clock.now()
        return self.fake.emit(self.fake.envelopes.from_user(f"user_send_{kind}", self.id, fields, now))

    def sends_photo(self, content: bytes, caption: str = "") -> Json:
        """Send a photo, which Zalo puts on its CDN."""
        address = self.fake.add_photo(content)
        attachment = {"type": "image", "payload": {"url": address, "thumbnail": address}}
        return self.sends("image", {"attachments": [attachment], **({"text": caption} if caption else {})})

    def sends_place(self, latitude: float, longitude: float) -> Json:
        """Send a point on the map; its numbers are strings (facts A.2.4)."""
        point = {"coordinates": {"latitude": str(latitude), "longitude": str(longitude)}}
        return self.sends("location", {"text": "", "attachments": [{"type": "location", "payload": point}]})

    def taps(self, title: str) -> Json:
        """Tap a query button of the latest message: its payload is sent as if typed (facts A.3.1)."""
        latest = self.inbox[-1:]
        for button in latest[0].content.buttons if latest else ():
            if button.title != title:
                continue
            if button.type not in QUERIES:
                raise AssertionError(f"Button {title!r} sends nothing back; it is {button.type}.")
            return self.says(button.payload)
        there = latest[0].buttons if latest else "no message at all"
        raise AssertionError(f"No button {title!r} in the latest message; there is: {there}")

    def picks(self, number: int) -> Json:
        """Answer the numbered menu of the latest message with a bare number."""
        text = self.inbox[-1].text if self.inbox else ""
        # A line that opens with the number, bare or dressed up: "2. …", "2) …", "[2] …", "2️⃣ …".
        if not re.search(rf"(?m)^[^\w\n]*{number}[^\w\n]", text):
            raise AssertionError(f"No choice {number} in the latest message; it reads: {text!r}")
        return self.says(str(number))

    def follows(self) -> Json:
        """Follow the OA."""
        if self.fake.switches.follow_is_interaction:
            self._interacts()
        return self._follow("follow", now_follows=True)

    def unfollows(self) -> Json:
        """Stop following."""
        return self._follow("unfollow", now_follows=False)

    def opens_chat(self) -> Json:
        """The chat-now button; an interaction, and sent only to someone who never chatted (facts A.2.4)."""
        assert self.last_interaction is None, f"{self.name} has chatted before; Zalo sends no event then."
        self._interacts()
        now = self.fake.clock.now()
        event = self.fake.envelopes.about("user_click_chatnow", self.id, now, user_id=self.id)
        return self.fake.emit(event)

    def withdraws(self) -> Json:
        """Exercise the right to erasure."""
        now = self.fake.clock.now()
        return self.fake.emit(self.fake.envelopes.about("user_withdraw", self.id, now, user_id=self.id))

    def admit(self) -> Json | None:
        """Whether the OA may write now: the quota it uses (None when billed), or a refusal (facts D.1.4)."""
        if self.blocked:
            raise RefusedError(self.fake.switches.blocked_code, "User has blocked the OA")
        if self.dormant:
            raise RefusedError(-227, "User is banned or has been inactive for more than 45 days")
        if self.last_interaction is None:
            return self._welcome()
        idle = self.fake.clock.now() - self.last_interaction
        if idle > WINDOW:
            raise RefusedError(-230, "User has not interacted with the OA in the past 7 days")
        if idle <= FREE_WINDOW:
            return {"quota_type": "reply"}
        if self.fake.switches.billing_error:
            raise RefusedError(self.fake.switches.billing_error, "Zalo Cloud Account cannot be charged")
        self.fake.billed += 1
        return None

    def profile(self) -> Json:
        """`data` of user detail; -213 means no profile, not a failure (facts A.5)."""
        if not self.follower:
            raise RefusedError(-213, "User has not followed the OA")
        last = self.fake.local_date(self.last_interaction) if self.last_interaction else ""
        return {
            "user_id": self.id,
            "user_id_by_app": self.fake.event_id_of(self.id),
            "user_external_id": "",
            "display_name": self.name,
            "user_alias": self.name,
            "is_sensitive": self.sensitive,
            "user_last_interaction_date": last,
            "user_is_follower": self.follower,
            "avatar": "https://s120-ava-talk.zadn.vn/default",
            "tags_and_notes_info": {"notes": [], "tag_names": []},
            "shared_info": {},
        }

    def _welcome(self) -> Json:
        if not self.follower or not self.welcome_left:
            raise RefusedError(-232, "User has not interacted with the OA")
        self.welcome_left -= 1
        return {
            "quota_type": "welcome_msg",
            "remain": str(self.welcome_left),
            "total": str(WELCOME_MESSAGES),
        }

    def _interacts(self) -> None:
        assert not self.blocked, f"{self.name} has blocked the OA; unblock first."
        self.last_interaction = self.fake.clock.now()

    def _follow(self, name: str, *, now_follows: bool) -> Json:
        self.follower = now_follows
        now, follower = self.fake.clock.now(), {"id": self.id}
        envelopes = self.fake.envelopes
        return self.fake.emit(envelopes.about(name, self.id, now, follower=follower, source="oa_profile"))


@dataclass
class Inbound:
    """A citizen's message that the OA may answer by its id."""

    person: Person
    at: float
    replies: int = 0

    def admit(self, cap: int | None) -> None:
        """Count one reply: within 48 h, and up to the cap where there is one (facts A.3.1, F.8)."""
        if self.person.fake.clock.now() - self.at > FREE_WINDOW:
            raise RefusedError(-305, "The message is older than 48 hours")
        if cap is not None and self.replies >= cap:
            raise RefusedError(-311, "Reply quota of the message is used up")
        self.replies += 1


def find_recipient(
    recipient: object, people: dict[str, Person], inbound: dict[str, Inbound], unknown_user_code: int
) -> tuple[Person, Inbound | None]:
    """Who a message is for: a user id, or the id of a message of theirs. Ids are strings (facts A.0)."""
    if not isinstance(recipient, dict) or len(recipient) != 1:
        raise invalid("recipient must hold user_id or message_id")
    [(key, value)] = recipient.items()
    if not isinstance(value, str):
        raise invalid(f"recipient.{key} must be a string")
    if key == "message_id" and value in inbound:
        return inbound[value].person, inbound[value]
    if key == "user_id" and value in people:
        return people[value], None
    if key == "user_id":
        raise RefusedError(unknown_user_code, "recipient.user_id does not exist")
    raise invalid(f"recipient.{key} is unknown")
