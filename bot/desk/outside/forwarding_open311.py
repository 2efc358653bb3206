"""Forward a report to another Open311 server (GeoReport v2), and ask how it stands there. JSON only.

Nothing but the configured addresses is asked, redirects are not followed, and answers are read up to a size.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from bot.desk.outside.bodies import Body, Open311Server
from bot.desk.outside.forwarding import Letter
from bot.desk.outside.letters import Away, NotTaken, Sent, clean, one_line
from bot.offices import Office

_LARGEST = 2 * 1024 * 1024  # bytes of an answer
_LONGEST = 4000  # characters of a description, by the standard
_TOKEN = "token "  # noqa: S105 (an id that is still to be asked for begins with it)
_SKEW = 3600.0  # seconds by which the other server's clock may be behind


@dataclass(frozen=True)
class Status:
    """How a request stands at the other server; `id` is what it is called there from now on."""

    id: str
    closed: bool
    notes: str
    agency: str


class Open311Client:
    """Talks to the servers of the bodies. `keys` are our API keys by the names that the bodies give them."""

    def __init__(self, client: httpx.AsyncClient, keys: Mapping[str, str]) -> None:
        self._client = client
        self._keys = keys

    async def send(self, letter: Letter, body: Body, office: Office) -> Sent:
        """Hand a letter over. After a try whose end is not known, look first whether it is there already."""
        server = body.open311
        service = server.code_for(letter.category) if server else ""
        if server is None or not service:
            raise NotTaken(f"{body.name} không còn nhận loại việc này qua Open311")
        if letter.attempt > 1 and (found := await self._find(server, letter)):
            return Sent(found)
        form = {
            "service_code": service,
            "description": _description(letter, office),
            "address_string": one_line(letter.place, 500) or f"chưa rõ, thuộc {office.name}",
            **self._who(server),
        }
        if letter.latitude is not None and letter.longitude is not None:
            form |= {"lat": f"{letter.latitude:.7f}", "long": f"{letter.longitude:.7f}"}
        answer = _first(await self._ask("POST", f"{server.url}/requests.json", form))
        if answer is None:
            raise NotTaken("máy chủ kia không trả lời theo chuẩn GeoReport v2")
        return Sent(_id(answer))

    async def status(self, server: Open311Server, remote_id: str) -> Status | None:
        """How a request stands; none when the server does not know it (yet)."""
        who = self._who(server)
        if remote_id.startswith(_TOKEN):
            token = remote_id.removeprefix(_TOKEN)
            answer = _first(await self._ask("GET", f"{server.url}/tokens/{quote(token, safe='')}.json", who))
            remote_id = _text(answer or {}, "service_request_id", 100)
            if not remote_id:
                return None
        answer = _first(await self._ask("GET", f"{server.url}/requests/{quote(remote_id, safe='')}.json", who))
        if answer is None or _text(answer, "service_request_id", 100) != remote_id:
            return None
        return Status(
            remote_id,
            _text(answer, "status", 20).casefold() == "closed",
            clean(_raw(answer, "status_notes"), 1500),
            _text(answer, "agency_responsible", 200),
        )

    async def _find(self, server: Open311Server, letter: Letter) -> str:
        """What the server calls a letter that it has already; empty when it has it not, or cannot be asked so."""
        since = datetime.fromtimestamp(letter.created_at - _SKEW, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        wanted = {"service_code": server.code_for(letter.category), "start_date": since}
        try:
            answer = await self._ask("GET", f"{server.url}/requests.json", {**self._who(server), **wanted})
        except NotTaken:
            return ""
        mark = _mark(letter)
        requests = answer if isinstance(answer, list) else []
        return next((_id(one) for one in requests if isinstance(one, dict) and mark in _raw(one, "description")), "")

    def _who(self, server: Open311Server) -> dict[str, str]:
        who = {"api_key": self._keys.get(server.key, ""), "jurisdiction_id": server.jurisdiction}
        return {name: value for name, value in who.items() if value}

    async def _ask(self, method: str, url: str, fields: Mapping[str, str]) -> Any:
        """The answer's JSON; `Away` when nobody is there, `NotTaken` when the answer is no."""
        given: dict[str, Any] = {"data": fields} if method == "POST" else {"params": fields}
        try:
            async with self._client.stream(method, url, follow_redirects=False, **given) as response:
                body = await _read(response)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Away(f"không kết nối được: {type(error).__name__}") from error
        if response.status_code >= 500 or response.status_code in (408, 429):
            raise Away(f"máy chủ kia trả lời {response.status_code}")
        if not response.is_success:
            raise NotTaken(f"máy chủ kia trả lời {response.status_code}{_reason(body)}")
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise NotTaken("máy chủ kia không trả lời theo chuẩn GeoReport v2") from error


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():  # packed answers are not asked for: unpacked, they have no largest size
        body += chunk
        if len(body) > _LARGEST:
            raise NotTaken("máy chủ kia trả lời quá dài")
    return bytes(body)


def _description(letter: Letter, office: Office) -> str:
    """The words first; our code at the end, by which we know the request again."""
    parts = [letter.words]
    if letter.said:
        parts.append(f"Cán bộ {office.name} nhắn: {letter.said}")
    if letter.photos:
        parts.append(f"Có {len(letter.photos)} ảnh, quý cơ quan cần thì liên hệ với {office.center}.")
    ending = f"\n\n{_mark(letter)}"
    return clean("\n\n".join(parts), _LONGEST - len(ending)) + ending


def _mark(letter: Letter) -> str:
    """Ours alone: a report that is forwarded anew after it came back is another letter."""
    return f"[{letter.code}/{letter.id}]"


def _id(answer: Mapping[str, Any]) -> str:
    known = _text(answer, "service_request_id", 100)
    token = _text(answer, "token", 100)
    return known or (f"{_TOKEN}{token}" if token else "")


def _first(answer: Any) -> Mapping[str, Any] | None:
    one = answer[0] if isinstance(answer, list) and answer else None
    return one if isinstance(one, dict) else None


def _raw(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _text(answer: Mapping[str, Any], name: str, most: int) -> str:
    """A short field; one that is too long is no id of anybody's."""
    value = one_line(_raw(answer, name), most + 1)
    return value if len(value) <= most else ""


def _reason(body: bytes) -> str:
    """What the standard's error list says, if it is one."""
    try:
        error = _first(json.loads(body))
    except (ValueError, RecursionError):
        return ""
    said = one_line(_raw(error or {}, "description"), 150)
    return f": {said}" if said else ""
