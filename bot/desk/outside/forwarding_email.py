"""Forward a report by e-mail: plain text with the photos, over one SMTP server."""

from __future__ import annotations

import hashlib
import hmac
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

from bot.desk.outside.bodies import Body
from bot.desk.outside.forwarding import Letter
from bot.desk.outside.letters import Away, NotTaken, Sent, body_text, one_line
from bot.offices import Office
from bot.settings import Settings, SettingsError

__all__ = ["Mailer", "Relay"]

_TIMEOUT = 20.0  # seconds for each step of the talk with the server
_MOST_ATTACHED = 12 * 1024 * 1024  # bytes; in base64 a third more, and many servers stop at 20 MB
_LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Relay:
    """The SMTP server that takes our e-mails."""

    host: str
    port: int
    tls: bool  # from the start; otherwise STARTTLS when the server offers it
    user: str
    password: str
    sender: str

    @classmethod
    def of(cls, settings: Settings) -> Relay | None:
        """The one that the settings name; none when they name none."""
        url = settings.smtp_url.get_secret_value()
        if not url:
            return None
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise SettingsError(f"setting MOTCUA_SMTP_URL: {error}") from error
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingsError("setting MOTCUA_SMTP_URL: expected smtp[s]://user:password@host:port")
        sender = settings.smtp_from
        if not sender.isascii() or sender.count("@") != 1 or any(c.isspace() or c in '<>,;:"' for c in sender):
            raise SettingsError("setting MOTCUA_SMTP_FROM: expected one address, such as motcua@xa.example.vn")
        tls = parts.scheme == "smtps"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port or (465 if tls else 587), tls, user, password, sender)


@dataclass(frozen=True)
class Mailer:
    """Sends letters by e-mail. `key` makes their Message-IDs; `trust` says whose certificates count."""

    relay: Relay | None
    key: bytes
    trust: ssl.SSLContext | None = None

    async def send(
        self, letter: Letter, body: Body, office: Office, category: str, photos: Mapping[str, bytes], now: float
    ) -> Sent:
        """Hand it to the server; `Away` or `NotTaken` when that did not work."""
        if self.relay is None:
            raise Away("chưa cài đặt máy chủ thư điện tử (MOTCUA_SMTP_URL)")
        if not body.email:
            raise NotTaken(f"{body.name} không còn địa chỉ thư điện tử trong danh sách")
        message = self._written(self.relay, letter, body.email, compose(letter, body, office, category, photos), now)
        try:
            await _hand_over(self.relay, message, body.email, self.trust)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise NotTaken(f"máy chủ không nhận địa chỉ: {error.recipients[0].code}") from error
        except aiosmtplib.SMTPResponseException as error:
            raise (Away if error.code in (421, 454, 530, 534, 535) else NotTaken)(f"SMTP {error.code}") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError, UnicodeError) as error:
            raise Away(f"không gửi được qua máy chủ thư: {type(error).__name__}") from error
        return Sent()

    def _written(self, relay: Relay, letter: Letter, to: str, message: EmailMessage, now: float) -> EmailMessage:
        """With its envelope. The Message-ID stays the same: a copy sent after a lost answer is known as one."""
        domain = relay.sender.rpartition("@")[2]
        mark = hmac.new(self.key, f"e-mail {letter.id}".encode(), hashlib.sha256).hexdigest()[:32]
        message["From"] = relay.sender
        message["To"] = to
        message["Date"] = datetime.fromtimestamp(now, UTC)
        message["Message-ID"] = f"<{mark}@{domain}>"
        return message


def compose(letter: Letter, body: Body, office: Office, category: str, photos: Mapping[str, bytes]) -> EmailMessage:
    """Subject, text and photos. Photos beyond what servers take are told of instead."""
    message = EmailMessage()
    message["Subject"] = one_line(f"Phản ánh {letter.code}: {category} – {office.name}", 150)
    message["Auto-Submitted"] = "auto-generated"
    attached, room = [], _MOST_ATTACHED
    for content in photos.values():
        if len(content) <= room:
            attached.append(content)
            room -= len(content)
    missing = len(letter.photos) - len(attached)
    message.set_content(body_text(letter, body.name, office, category, len(attached), missing), cte="base64")
    for number, content in enumerate(attached, 1):
        name = f"{letter.code}-{number}.jpg"
        message.add_attachment(content, maintype="image", subtype="jpeg", filename=name)
    return message


async def _hand_over(relay: Relay, message: EmailMessage, to: str, trust: ssl.SSLContext | None) -> None:
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        use_tls=relay.tls,
        start_tls=False,
        tls_context=trust,
        timeout=_TIMEOUT,
        local_hostname="motcua",  # not the machine's own name, which is nobody's business
    )
    async with client:
        await client.ehlo()
        protected = relay.tls
        if not protected and client.supports_extension("starttls"):
            await client.starttls()
            protected = True
        if relay.user:
            if not protected and relay.host not in _LOCAL:
                raise Away("máy chủ thư không mã hóa đường truyền nên không gửi mật khẩu")
            await client.login(relay.user, relay.password)
        await client.send_message(message, sender=relay.sender, recipients=[to])
