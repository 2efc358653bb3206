"""A strict double of Zalo's OA OpenAPI and OAuth host (facts A, D.1), with its webhook sender.

Serve `fake.app`; then `<url>/oauth` stands for oauth.zaloapp.com, `<url>/openapi` for openapi.zalo.me,
and `<url>/media` for Zalo's CDN.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.fakes import zalo_rules as rules
from tests.fakes.clock import Clock
from tests.fakes.double import Json, RefusedError
from tests.fakes.zalo_events import Envelopes, catalogue, id_by_app
from tests.fakes.zalo_oauth import TokenDesk, Tokens
from tests.fakes.zalo_people import Inbound, Person, Shown, find_recipient
from tests.fakes.zalo_rules import Content
from tests.fakes.zalo_switches import Switches
from tests.fakes.zalo_webhook import EventSender

__all__ = ["FakeZalo", "Switches"]

ASSET_LIFE = 7 * 24 * 3600
MEGABYTE = 1024 * 1024
# Type, how its bytes begin, most bytes, and the field that names the asset (facts A.3.4).
UPLOADS: dict[str, tuple[tuple[bytes, ...], int, str]] = {
    "image": ((b"\xff\xd8\xff", b"\x89PNG"), MEGABYTE, "attachment_id"),
    "gif": ((b"GIF8",), 5 * MEGABYTE, "attachment_id"),
    "file": ((b"%PDF", b"\xd0\xcf\x11\xe0", b"PK\x03\x04"), 5 * MEGABYTE, "token"),
}
JPEG = b"\xff\xd8\xff\xe0" + bytes(200) + b"\xff\xd9"
HUGE = 30 * MEGABYTE


class FakeZalo(EventSender):
    """One app with one OA."""

    def __init__(
        self,
        *,
        app_id: str = "1234567890123456789",
        app_secret: str = "app-secret-for-tests",
        oa_id: str = "3886132808788086451",
        webhook_secret: str = "oa-secret-for-tests",
        clock: Clock | None = None,
        switches: Switches | None = None,
    ) -> None:
        super().__init__(clock, switches or Switches(), Envelopes(app_id, oa_id), webhook_secret)
        self.app_id = app_id
        self.app_secret = app_secret
        self.oa_id = oa_id
        self.oauth = TokenDesk(app_id, app_secret, self.clock, self.switches)
        self.people: dict[str, Person] = {}
        self.inboxes: defaultdict[str, list[Shown]] = defaultdict(list)
        self.billed = 0
        self._inbound: dict[str, Inbound] = {}
        self.media_url = ""
        """Where `/media` is served, as photos' addresses name it; set by whoever serves the double."""
        self._assets: dict[str, float] = {}
        self._uploads: dict[str, bytes] = {}
        self._photos: dict[str, bytes] = {}
        self._calls: Counter[int] = Counter()
        self.app = Starlette(
            routes=[
                self._route("/oauth/v4/oa/access_token", self._exchange_token, "POST"),
                self._api("/v3.0/oa/message/cs", self._send_cs, "POST"),
                self._api("/v2.0/oa/message", self._send_v2, "POST"),
                self._api("/v2.0/oa/getoa", self._get_oa, "GET"),
                self._api("/v3.0/oa/user/detail", self._get_user, "GET"),
                *(self._api(f"/v2.0/oa/upload/{kind}", partial(self._upload, kind), "POST") for kind in UPLOADS),
                self._route("/media/{name}", self._media, "GET"),
            ]
        )

    # ── the people's side ─────────────────────────────────────────────

    def person(self, person_id: str = "", name: str = "An") -> Person:
        """A citizen; without an id, one of 19 digits is made up."""
        person_id = person_id or str(2_468_458_835_296_117_922 + len(self.people))
        assert re.fullmatch(r"\d{18,19}", person_id), "Zalo's ids have 18 or 19 digits (D.1.12)."
        self.people[person_id] = Person(self, person_id, name)
        return self.people[person_id]

    def officer_writes(self, person: Person, text: str, admin_id: str = "9007199254740993001") -> Json:
        """A human answers in the OA's own chat tool: the echo names the admin (facts A.2.3)."""
        shown = self._show(person, Content(text, (), "text", None), None, admin_id)
        return self.emit(self._echo(person, shown))

    def fixtures(self, person: Person) -> dict[str, Json]:
        """One sample of every known event, ready for `deliver`; none of them changes the double's state."""
        return catalogue(self.envelopes, person.id, self.clock.now())

    def add_photo(self, content: bytes) -> str:
        """Put a photo on the CDN; gives its address."""
        assert self.media_url, "Tell the double where /media is served."
        name = f"added-{len(self._photos)}.jpg"
        self._photos[name] = content
        return f"{self.media_url}/{name}"

    def upload(self, asset: str) -> bytes:
        """What was uploaded under an attachment id."""
        return self._uploads[asset]

    def issue_tokens(self) -> Tokens:
        """A pair minted by hand, for the first start."""
        return self.oauth.issue()

    def new_message_id(self) -> str:
        """20 hex digits (facts D.1.12)."""
        return secrets.token_hex(10)

    def remember_inbound(self, msg_id: str, person: Person) -> None:
        """Make a citizen's message answerable by its id."""
        self._inbound[msg_id] = Inbound(person, self.clock.now())

    def event_id_of(self, user_id: str) -> str:
        """The person's id in the app's scope."""
        return id_by_app(user_id)

    def local_date(self, at: float) -> str:
        """dd/mm/yyyy in Viet Nam."""
        return (datetime.fromtimestamp(at, UTC) + timedelta(hours=7)).strftime("%d/%m/%Y")

    # ── requests ──────────────────────────────────────────────────────

    def failure(self, refusal: RefusedError) -> Response:
        """An application error is HTTP 200 with a negative `error`; a positive code is the edge failing."""
        if refusal.code > 0:
            return PlainTextResponse("<html>upstream error</html>", refusal.code)
        if "error_name" in refusal.extra:
            number = {} if self.switches.omit_oauth_error_number else {"error": refusal.code}
            return JSONResponse({**number, **refusal.extra}, self.switches.oauth_error_status)
        body = {"error": refusal.code, "message": refusal.text, **refusal.extra}
        return JSONResponse(body, headers=self._rate_headers())

    def _route(self, path: str, act: Callable[[Request], Awaitable[Response]], verb: str) -> Route:
        return Route(path, self.guarded(act), methods=[verb])

    def _api(self, path: str, act: Callable[[Request], Awaitable[Json]], verb: str) -> Route:
        async def authorised(request: Request) -> Response:
            self._check_call(request)
            data = await act(request)
            body = {"error": 0, "message": "Success", "data": data}
            return JSONResponse(body, headers=self._rate_headers())

        return self._route(f"/openapi{path}", authorised, verb)

    def _check_call(self, request: Request) -> None:
        token = request.headers.get("access_token", "")
        with self.changed:
            self.oauth.check(token)
            minute = int(self.clock.now() // 60)
            self._calls[minute] += 1
            if self._calls[minute] > self.switches.calls_per_minute:
                raise RefusedError(-32, "The application or OA has reached its call limit")
        proof = request.headers.get("appsecret_proof")
        expected = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if proof is not None and proof != expected:
            raise RefusedError(-242, "appsecret_proof is invalid")

    def _rate_headers(self) -> dict[str, str]:
        limit = self.switches.calls_per_minute
        left = max(0, limit - self._calls[int(self.clock.now() // 60)])
        return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remain": str(left)}

    async def _exchange_token(self, request: Request) -> Response:
        form = await request.form()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        with self.changed:
            return JSONResponse(self.oauth.exchange(request.headers, fields))

    async def _send_cs(self, request: Request) -> Json:
        body = await _json_object(request)
        if unknown := body.keys() - {"recipient", "message"}:
            raise rules.invalid(f"{min(unknown)} is unknown")
        with self.changed:
            person, inbound = find_recipient(
                body.get("recipient"), self.people, self._inbound, self.switches.unknown_user_code
            )
            content = rules.read_content(body.get("message"), self.switches, self._check_asset)
            quota = person.admit()
            if inbound is not None:
                inbound.admit(self.switches.replies_per_message)
            shown = self._show(person, content, quota)
        self._report(person, shown)
        data = {"message_id": shown.message_id, "user_id": person.id, "sent_time": _ms(shown.sent_at)}
        return {**data, "quota": quota} if quota else data

    async def _send_v2(self, request: Request) -> Json:
        raise RefusedError(-240, "This API has been shut down, use v3")

    async def _get_oa(self, request: Request) -> Json:
        return {
            "oa_id": self.oa_id,
            "name": "Ủy ban nhân dân xã Ví Dụ",
            "description": "",
            "oa_alias": "",
            "is_verified": True,
            "oa_type": 4,
            "cate_name": "Cơ quan nhà nước",
            "num_follower": sum(person.follower for person in self.people.values()),
            "avatar": "https://s120-ava-talk.zadn.vn/default",
            "cover": "",
            "package_name": "Gói Tăng trưởng",
            "package_valid_through_date": "31/12/2027",
        }

    async def _get_user(self, request: Request) -> Json:
        try:
            query = json.loads(request.query_params.get("data", ""))
        except ValueError:
            raise rules.invalid("data must be JSON") from None
        user_id = query.get("user_id") if isinstance(query, dict) else None
        if not isinstance(user_id, str) or user_id not in self.people:
            raise RefusedError(self.switches.unknown_user_code, "user_id does not exist")
        return self.people[user_id].profile()

    async def _upload(self, kind: str, request: Request) -> Json:
        signatures, most, name = UPLOADS[kind]
        async with request.form() as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise rules.invalid("file is missing")
            content = await file.read()
        if not content.startswith(signatures):
            raise rules.invalid(f"file is not of a type that upload/{kind} takes")
        if len(content) > most:
            raise RefusedError(-210, f"file exceeds {most} bytes")
        asset = secrets.token_urlsafe(24)
        with self.changed:
            self._assets[asset], self._uploads[asset] = self.clock.now(), content
        return {name: asset}

    async def _media(self, request: Request) -> Response:
        """The CDN: a photo, one that expired, one too large, one that leads inside (facts D.2.6)."""
        if added := self._photos.get(request.path_params["name"]):
            return Response(added, media_type="image/jpeg")
        match request.path_params["name"]:
            case "photo.jpg":
                return Response(JPEG, media_type="image/jpeg")
            case "huge.jpg":
                return Response(JPEG + bytes(HUGE), media_type="image/jpeg")
            case "private.jpg":
                return RedirectResponse("http://169.254.169.254/latest/meta-data/")
            case _:
                return PlainTextResponse("Not Found", 404)

    # ── messages ──────────────────────────────────────────────────────

    def _check_asset(self, asset: str) -> None:
        if asset not in self._assets:
            raise rules.invalid("the attachment does not exist")
        if self.clock.now() - self._assets[asset] > ASSET_LIFE:
            raise RefusedError(-100, "attachment_id has expired")

    def _show(self, person: Person, content: Content, quota: Json | None, admin_id: str = "") -> Shown:
        shown = Shown(self.new_message_id(), content, self.clock.now(), quota, admin_id)
        with self.changed:
            self.inboxes[person.id].append(shown)
            self.changed.notify_all()
        return shown

    def _report(self, person: Person, shown: Shown) -> None:
        # Emitted before the answer leaves, so that a dropped connection still has its echo (facts D.1.11).
        if self.switches.echoes:
            self.emit(self._echo(person, shown), in_background=True)
        if self.switches.receipts:
            ids: dict[str, Any] = {"user_received_message": {"msg_id": shown.message_id}}
            ids["user_seen_message"] = {"msg_ids": [shown.message_id]}
            for name, message in ids.items():
                event = self.envelopes.from_user(name, person.id, message, self.clock.now())
                self.emit(event, in_background=True)

    def _echo(self, person: Person, shown: Shown) -> Json:
        message: Json = {"msg_id": shown.message_id}
        if shown.text:
            message["text"] = shown.text
        if shown.content.attachment:
            message["attachments"] = [shown.content.attachment]
        name = f"oa_send_{shown.content.kind}"
        return self.envelopes.from_oa(name, person.id, message, self.clock.now(), shown.admin_id)


async def _json_object(request: Request) -> Json:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise rules.invalid("the body must be JSON") from None
    if not isinstance(body, dict) or not request.headers.get("content-type", "").startswith("application/json"):
        raise rules.invalid("the body must be a JSON object, sent as application/json")
    return body


def _ms(at: float) -> str:
    return str(int(at * 1000))
