"""What every way of forwarding has in common: the words of a letter, and what can become of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.desk.calendar import ZONE
from bot.desk.outside.forwarding import Letter
from bot.offices import Office

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")


class Away(Exception):
    """The recipient, or what leads there, cannot be reached now; the words say how that showed."""


class NotTaken(Exception):
    """The recipient answered and did not take this letter; another letter may do better."""


@dataclass(frozen=True)
class Sent:
    """It arrived; `remote_id` is what the other system calls it, if it says so."""

    remote_id: str = ""


def one_line(text: str, most: int) -> str:
    """The text without line ends and other characters that steer, cut to a length."""
    return " ".join(_CONTROL.sub(" ", text).split())[:most]


def clean(text: str, most: int) -> str:
    """The text without characters that steer, but with its lines."""
    return _CONTROL_BUT_LINES.sub(" ", text.replace("\r\n", "\n")).strip()[:most]


def body_text(letter: Letter, body: str, office: Office, category: str, photos: int = 0, missing: int = 0) -> str:
    """A letter's text: what was reported, where, and what the officer says; never who reported it."""
    told = f"{datetime.fromtimestamp(letter.opened_at, ZONE):%H:%M ngày %d/%m/%Y}"
    lines = [
        f"Kính gửi: {body}",
        "",
        f"{office.center} chuyển đến quý cơ quan phản ánh của người dân sau đây.",
        "",
        f"Mã phản ánh: {letter.code}",
        f"Loại việc: {category}",
        f"Gửi lúc: {told}",
        f"Nơi xảy ra: {where(letter) or 'người dân không nêu rõ'}",
    ]
    if letter.named:
        lines.append("Người phản ánh có nêu tên với đơn vị; quý cơ quan cần liên hệ thì báo cho đơn vị.")
    lines += ["", "Nội dung:", letter.words]
    if letter.said:
        lines += ["", "Lời nhắn của cán bộ:", letter.said]
    if photos:
        lines += ["", f"Kèm theo {photos} ảnh."]
    if missing:
        lines += ["", f"Còn {missing} ảnh không gửi kèm được; quý cơ quan cần thì liên hệ với đơn vị."]
    lines += ["", "Trân trọng,", office.center, office.address]
    if office.phone:
        lines.append(f"Điện thoại: {office.phone}")
    return clean("\n".join(lines), 20_000) + "\n"


def where(letter: Letter) -> str:
    """The place in words, and a link to the map."""
    if letter.latitude is None or letter.longitude is None:
        return one_line(letter.place, 500)
    at = f"{letter.latitude:.6f},{letter.longitude:.6f}"
    return one_line(f"{letter.place} (bản đồ: https://www.google.com/maps?q={at})", 600)
