"""What tests of forwarding share: a mail server, bodies to forward to, and an officer who does it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.desk.codes import new_code
from bot.desk.life import Doing, Move
from bot.desk.reports import NewReport, act, open_report, report_of
from bot.desk.tables import Officer
from bot.settings import ROOT
from tests.integration.deployment import Deployment

HOUR = 3600.0
LAMP = "den-duong"
POWER = "Công ty Điện lực"
WATER = "Công ty Cấp nước"
NOWHERE = "Sở Không có trong danh sách"


@dataclass
class MailServer:
    """A real SMTP server on a port of its own, that can be down. `refuse`: the answer to the next messages."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    refuse: list[str] = field(default_factory=list)
    tries: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message."""
        self.tries += 1
        if self.refuse:
            return self.refuse.pop(0)
        assert isinstance(envelope.content, bytes)
        self.envelopes.append(envelope)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    @contextmanager
    def up(self, **options: Any) -> Iterator[None]:
        """Listening while the block lasts."""
        controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        controller.start()
        try:
            yield
        finally:
            with suppress(RuntimeError):
                controller.stop(no_assert=True)

    def texts(self) -> list[str]:
        """The plain texts of all that arrived."""
        bodies = [mail.get_body(("plain",)) for mail in self.mails]
        return [str(body.get_content()) for body in bodies if body is not None]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def data_with(folder: Path, bodies: list[dict[str, Any]]) -> Path:
    """The shipped data with one category that others answer for, these bodies, and no holidays."""
    data = folder / "data"
    shutil.copytree(ROOT / "data", data)
    reports = data / "reports"
    category = {"id": LAMP, "name": "Đèn đường hỏng", "body": POWER, "ours": False, "answer_days": 5}
    other = {"id": "khac", "name": "Việc khác", "body": "Ủy ban nhân dân xã", "words": ["việc khác", "<b>&"]}
    groups = [{"id": "ha-tang", "name": "Hạ tầng", "categories": [category, other]}]
    (reports / "categories.yml").write_text(yaml.safe_dump({"groups": groups}, allow_unicode=True), encoding="utf-8")
    (reports / "holidays.yml").write_text(yaml.safe_dump({"off": []}), encoding="utf-8")
    (reports / "bodies.yml").write_text(yaml.safe_dump({"bodies": bodies}, allow_unicode=True), encoding="utf-8")
    return data


class OfficersDesk:
    """An officer of the deployment's office, making moves as the console does."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.desk = next(iter(deployment.service.accounts.values())).desk
        self.officer = deployment.call(self._officer())

    def open(self, words: str = "Đèn đường ngõ 5 hỏng", **more: Any) -> str:
        """A report, opened now; its code."""
        code = new_code()
        self.deployment.call(self._open(NewReport(code, LAMP, words, "web", **{"place": "ngõ 5", **more})))
        return code

    def forward(self, code: str, to: str, words: str = "", move: Move = Move.FORWARD) -> None:
        """Send it on."""
        self.make(code, Doing(move, "officer", self.officer, words=words, responsible=to))

    def make(self, code: str, doing: Doing) -> None:
        """Any move."""
        self.deployment.call(self._make(code, doing))

    def deliveries(self) -> list[dict[str, Any]]:
        """The queue as it stands."""
        return self.deployment.rows("SELECT * FROM deliveries ORDER BY id")

    def report(self, code: str) -> dict[str, Any]:
        """A report's row."""
        return self.deployment.rows("SELECT * FROM reports WHERE code = ?", code)[0]

    def wait_tried(self, times: int) -> None:
        """Wait until every waiting delivery was put off that often or longer, and nothing is due."""
        waiting = "SELECT count(*) AS n FROM deliveries WHERE state = 'waiting' AND (next_try_at <= ? OR attempts < ?)"
        now = self.deployment.clock.now
        self.deployment.wait_until(lambda: self.deployment.rows(waiting, now(), times)[0]["n"] == 0, 15.0)

    def wait_delivered(self) -> None:
        """Wait until nothing waits any more."""
        waiting = "SELECT count(*) AS n FROM deliveries WHERE state = 'waiting'"
        self.deployment.wait_until(lambda: self.deployment.rows(waiting)[0]["n"] == 0, 15.0)

    async def _officer(self) -> int:
        async with self.deployment.service.store.write() as session:
            officer = Officer(
                office_id=self.desk.office_id,
                login=f"can-bo-{new_code()}",
                name="Lê Thị B",
                role="can-bo",
                password="-",
                created_at=0.0,
            )
            session.add(officer)
            await session.flush()
            return officer.id

    async def _open(self, new: NewReport) -> None:
        async with self.deployment.service.store.write() as session:
            await open_report(session, self.desk, new, self.deployment.clock.now())

    async def _make(self, code: str, doing: Doing) -> None:
        async with self.deployment.service.store.write() as session:
            report = await report_of(session, self.desk.office_id, code)
            await act(session, self.desk, report, doing, self.deployment.clock.now())
