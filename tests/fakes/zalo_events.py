"""Zalo's webhook events: their signature, their envelope, and one sample of each (facts A.2.2 to A.2.4)."""

import hashlib
import hmac
import json
from typing import Any, Literal

from tests.fakes.double import Json

Signing = Literal["mac", "bare", "spaced", "oa_id", "wrong_secret", "hmac", "missing", "altered"]
NUMBERS = {
    "id", "app_id", "oa_id", "user_id", "user_id_by_app", "group_id", "admin_id", "timestamp", "anonymous_id",
}  # fmt: skip
CDN = "https://f20-zpc.zdn.vn"


def mac(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    """Plain SHA-256 over the concatenation; not HMAC (facts A.2.2)."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def encoded(event: Json, *, escaped: bool, ids_as_numbers: bool) -> bytes:
    """The exact bytes to send."""
    shaped = _with_numbers(event) if ids_as_numbers else event
    return json.dumps(shaped, separators=(",", ":"), ensure_ascii=escaped).encode()


def signed(event: Json, body: bytes, oa_id: str, secret: str, signing: Signing) -> tuple[dict[str, str], bytes]:
    """Headers and body of one delivery, signed rightly or in one of the wrong or odd ways.

    Right: "mac", and "bare" and "spaced" which the documents show too. Disputed: "oa_id" as first term.
    Must be refused: "wrong_secret", "hmac", "missing", "altered" (a byte added after signing).
    """
    app_id, timestamp = str(event["app_id"]), str(event["timestamp"])
    digest = mac(app_id, body, timestamp, secret)
    value = f"mac={digest}"
    match signing:
        case "missing":
            return {}, body
        case "altered":
            body += b" "
        case "bare":
            value = digest
        case "spaced":
            value = f"mac = {digest}"
        case "oa_id":
            value = f"mac={mac(oa_id, body, timestamp, secret)}"
        case "wrong_secret":
            value = f"mac={mac(app_id, body, timestamp, secret[::-1] + '?')}"
        case "hmac":
            keyed = hmac.new(secret.encode(), body, hashlib.sha256)
            value = f"mac={keyed.hexdigest()}"
    return {"X-ZEvent-Signature": value}, body


def _with_numbers(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _with_numbers(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_numbers(inner, key) for inner in value]
    return int(value) if key in NUMBERS and str(value).isdigit() else value


class Envelopes:
    """Builds events of one app and one OA."""

    def __init__(self, app_id: str, oa_id: str) -> None:
        self.app_id = app_id
        self.oa_id = oa_id

    def bare(self, name: str, now: float, **fields: Any) -> Json:
        """An event without sender and message: lifecycle, follow, tags."""
        head: Json = {"app_id": self.app_id, "event_name": name, "timestamp": str(int(now * 1000))}
        return {**head, **fields}

    def from_user(self, name: str, user_id: str, message: Json, now: float) -> Json:
        """A citizen's message or action."""
        ends = {"sender": {"id": user_id}, "recipient": {"id": self.oa_id}}
        return self.bare(name, now, user_id_by_app=id_by_app(user_id), **ends, message=message)

    def from_oa(self, name: str, user_id: str, message: Json, now: float, admin_id: str = "") -> Json:
        """An echo; `admin_id` is there only when a person wrote in the OA's chat tool (facts A.2.3)."""
        sender = {"id": self.oa_id, "admin_id": admin_id} if admin_id else {"id": self.oa_id}
        ends = {"sender": sender, "recipient": {"id": user_id}}
        return self.bare(name, now, user_id_by_app=id_by_app(user_id), **ends, message=message)

    def about(self, name: str, subject: str, now: float, **fields: Any) -> Json:
        """follow, unfollow, chat-now, withdrawal: the OA and the person at the top level."""
        return self.bare(name, now, oa_id=self.oa_id, user_id_by_app=id_by_app(subject), **fields)


def id_by_app(user_id: str) -> str:
    """The same person's id in the app's own scope: another number of the same length."""
    return "5" + user_id[:0:-1]


def catalogue(envelopes: Envelopes, user_id: str, now: float) -> dict[str, Json]:
    """One sample of each event of A.2.4, by name; a second shape of one event has a dash and a word."""
    samples: dict[str, Json] = {}
    group_id, oa_id = "4182736450918273645", envelopes.oa_id
    for number, (name, content) in enumerate(_contents().items()):
        message = {**content, "msg_id": f"{number:020x}"}
        samples[f"user_send_{name}"] = envelopes.from_user(f"user_send_{name}", user_id, message, now)
        if name in ("text", "image", "gif", "list", "file", "sticker"):
            samples[f"oa_send_{name}"] = envelopes.from_oa(f"oa_send_{name}", user_id, message, now)
        if name in ("text", "image", "file", "sticker"):
            anonymous = {**message, "conversation_id": "c0ffee"}
            there, back = f"anonymous_send_{name}", f"oa_send_anonymous_{name}"
            samples[there] = envelopes.from_user(there, "7000000000000000001", anonymous, now)
            samples[back] = envelopes.from_oa(back, "7000000000000000001", anonymous, now)
        if name != "location":
            for side, build in (("user", envelopes.from_user), ("oa", envelopes.from_oa)):
                event = build(f"{side}_send_group_{name}", user_id, message, now)
                samples[event["event_name"]] = {**event, "oa_id": oa_id, "recipient": {"id": group_id}}
    for name in ("user_send_list", "user_send_group_list", "oa_send_group_list"):
        del samples[name]
    listed = samples["oa_send_list"]["message"]
    samples["oa_send_template"] = envelopes.from_oa("oa_send_template", user_id, listed, now)
    samples |= _reactions(envelopes, user_id, now) | _people(envelopes, user_id, now)
    return samples | _groups(envelopes, user_id, group_id, now) | _administration(envelopes, user_id, now)


def _contents() -> dict[str, Json]:
    photo = {"url": f"{CDN}/photo.jpg", "thumbnail": f"{CDN}/thumb.jpg"}
    card = json.dumps({"phone": "84901234567", "qrCodeUrl": f"{CDN}/qr.png"})
    paper = {"url": f"{CDN}/don.pdf", "size": "20481", "name": "don.pdf", "checksum": "0" * 32, "type": "pdf"}
    link = {"url": "https://dichvucong.gov.vn", "thumbnail": f"{CDN}/thumb.jpg", "description": "Cổng"}
    # Coordinates are strings (facts A.2.4).
    place = {"coordinates": {"latitude": "10.7642473", "longitude": "106.6563230"}}
    attachments: dict[str, tuple[str, Json]] = {
        "image": ("image", photo),
        "gif": ("gif", photo),
        "file": ("file", paper),
        "audio": ("audio", {"url": f"{CDN}/voice.amr"}),
        "video": ("video", {**photo, "description": "ổ gà"}),
        "sticker": ("sticker", {"id": "46988", "url": f"{CDN}/sticker.png"}),
        "link": ("link", link),
        "location": ("location", place),
        "business_card": ("link", {**link, "description": card}),
        "list": ("template", {"template_type": "list", "elements": []}),
    }
    contents: dict[str, Json] = {"text": {"text": "xin chào"}}
    for name, (kind, payload) in attachments.items():
        contents[name] = {"attachments": [{"type": kind, "payload": payload}]}
    return contents


def _reactions(envelopes: Envelopes, user_id: str, now: float) -> dict[str, Json]:
    reaction = {"msg_id": "0" * 20, "react_icon": "/-strong"}
    received, seen = {"msg_id": "0" * 20}, {"msg_ids": ["0" * 20]}
    events = [
        envelopes.from_user("user_received_message", user_id, received, now),
        envelopes.from_user("user_seen_message", user_id, seen, now),
        envelopes.from_user("user_reacted_message", user_id, reaction, now),
        envelopes.from_oa("oa_reacted_message", user_id, reaction, now),
        envelopes.from_user("user_click_button", user_id, {"msg_id": "0" * 20}, now),
        envelopes.from_user("something_new", user_id, {"msg_id": "0" * 20}, now),
    ]
    return {event["event_name"]: event for event in events}


def _people(envelopes: Envelopes, user_id: str, now: float) -> dict[str, Json]:
    address = {"user_city": "Hà Nội", "user_ward": "Phường Ba Đình", "user_address": "1 Phố Mới"}
    new = {"name": "An", "user_dob": "02/09/1990", "gender": "nữ", "full_address": address}
    old = {"name": "An", "address": "1 Phố Mới", "city": "Hà Nội", "district": "Ba Đình", "ward": "Trúc Bạch"}
    samples = {
        name: envelopes.about(name, user_id, now, follower={"id": user_id}, source="oa_profile")
        for name in ("follow", "unfollow")
    }
    for name in ("user_click_chatnow", "user_withdraw"):
        samples[name] = envelopes.about(name, user_id, now, user_id=user_id)
    submitted = envelopes.from_user("user_submit_info", user_id, {}, now)
    del submitted["message"]
    samples["user_submit_info"] = {**submitted, "info": {**new, "phone": "84901234567"}}
    samples["user_submit_info - older"] = {**submitted, "info": {**old, "phone": 84901234567}}
    return samples


def _groups(envelopes: Envelopes, user_id: str, group_id: str, now: float) -> dict[str, Json]:
    # Both compilations' spellings: sources disagree on the last three (facts A.2.4).
    names = (
        "create_group", "user_join_group", "user_request_join_group", "accept_request_join_group",
        "reject_request_join_group", "add_group_admin", "remove_group_admin", "update_group_info",
        "user_out_group", "delete_group", "react_request_join_group_accept",
        "react_request_join_group_reject", "user_leave_group",
    )  # fmt: skip
    members = [{"id": user_id}]
    return {name: envelopes.bare(name, now, oa_id=envelopes.oa_id, group_id=group_id, users=members) for name in names}


def _administration(envelopes: Envelopes, user_id: str, now: float) -> dict[str, Json]:
    tagged = {"tag": {"name": "phản ánh", "user_ids": [user_id]}}
    fields: dict[str, Json] = {
        "update_user_info": {"data": {"method": "oa_update"}},
        "add_user_to_tag": tagged,
        "remove_user_from_tag": tagged,
        "remove_tag": {"tag": {"name": "phản ánh"}},
        "oa_send_consent": {"user_id": user_id},
        "user_reply_consent": {"user_id": user_id},
        "user_call_oa": {"user_id": user_id},
        "oa_call_user": {"user_id": user_id},
        "widget_interaction_accepted": {"data": {}},
        "widget_failed_to_sync_user_external_id": {"data": {}},
        "extension_purchased": {"data": {}},
        "change_template_status": {"template_id": "1"},
        "change_oa_daily_quota": {"quota": {}},
    }
    return {name: envelopes.bare(name, now, oa_id=envelopes.oa_id, **extra) for name, extra in fields.items()}
