"""Reports go to other bodies by e-mail, over a real SMTP server, and arrive once whatever happens."""

from __future__ import annotations

import asyncio
import re
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from bot.desk.life import Doing, Move
from bot.desk.outside import forwarding
from bot.desk.outside.forwarding import Letter, claim_letter, stuck
from bot.desk.outside.forwarding_email import Mailer
from bot.desk.tables import Attachment
from tests.integration.deployment import Deployment, deploy
from tests.integration.forwarding import HOUR, NOWHERE, POWER, WATER, MailServer, OfficersDesk, data_with, free_port

BODIES = [{"name": POWER, "email": "tiepnhan@dienluc.vn"}, {"name": WATER, "email": "tiepnhan@capnuoc.vn"}]
PHOTO = "a" * 64 + ".jpg"


@pytest.fixture
def mail() -> MailServer:
    return MailServer(free_port())


@contextmanager
def running(folder: Path, mail: MailServer, data: Path | None = None, **more: Any) -> Iterator[OfficersDesk]:
    settings = {"smtp_url": f"smtp://127.0.0.1:{mail.port}", "smtp_from": "motcua@xa.vn", **more}
    with deploy(folder, data=data or data_with(folder, BODIES), **settings) as deployment:
        yield OfficersDesk(deployment)


def keep_photo(deployment: Deployment) -> None:
    file = deployment.service.photos.path(PHOTO)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\xff\xd8 a picture")

    async def note() -> None:
        async with deployment.service.store.write() as session:
            session.add(Attachment(file=PHOTO, size=12, created_at=0.0))

    deployment.call(note())


class TestALetter:
    def test_carries_the_report_and_its_photos(self, tmp_path: Path, mail: MailServer) -> None:
        with mail.up(), running(tmp_path, mail) as desk:
            keep_photo(desk.deployment)
            code = desk.open(photos=(PHOTO,), reporter="Nguyễn Văn A", latitude=10.5, longitude=106.5)
            desk.forward(code, POWER, words="Nhờ quý công ty xem giúp.")
            desk.wait_delivered()
            sent = desk.deployment.rows("SELECT * FROM deliveries")
        assert [envelope.rcpt_tos for envelope in mail.envelopes] == [["tiepnhan@dienluc.vn"]]
        assert mail.mails[0]["From"] == "motcua@xa.vn"
        assert code in mail.mails[0]["Subject"]
        assert "Nhờ quý công ty xem giúp." in mail.texts()[0]
        assert "Nguyễn Văn A" not in mail.mails[0].as_string() + mail.texts()[0]
        attached = list(mail.mails[0].iter_attachments())
        assert [part.get_content() for part in attached] == [b"\xff\xd8 a picture"]
        assert [(row["state"], row["error"]) for row in sent] == [("sent", "")]

    def test_goes_without_a_photo_that_is_gone(self, tmp_path: Path, mail: MailServer) -> None:
        with mail.up(), running(tmp_path, mail) as desk:
            keep_photo(desk.deployment)
            code = desk.open(photos=(PHOTO,))
            desk.deployment.service.photos.path(PHOTO).unlink()
            desk.forward(code, POWER)
            desk.wait_delivered()
        assert "Còn 1 ảnh không gửi kèm được" in mail.texts()[0]

    def test_goes_with_a_refusal_too_but_only_to_who_is_listed(self, tmp_path: Path, mail: MailServer) -> None:
        with mail.up(), running(tmp_path, mail) as desk:
            desk.forward(desk.open(), NOWHERE, words="Không thuộc xã", move=Move.REFUSE)
            desk.forward(desk.open(), WATER, words="Không thuộc xã", move=Move.REFUSE)
            desk.wait_delivered()
            assert [row["recipient"] for row in desk.deliveries()] == [WATER]

    def test_is_not_sent_for_a_peers_or_a_citizens_move(self, tmp_path: Path, mail: MailServer) -> None:
        with mail.up(), running(tmp_path, mail) as desk:
            code = desk.open()
            desk.make(code, Doing(Move.REFUSE, "peer", words="Không phải chúng tôi", responsible=POWER))
            assert desk.deliveries() == []

    def test_leaves_no_words_of_citizens_in_the_log(self, tmp_path: Path, mail: MailServer) -> None:
        with running(tmp_path, mail) as desk:
            desk.forward(desk.open("Chuyện riêng của tôi"), POWER)
            desk.wait_tried(1)
            with mail.up():
                desk.deployment.later(HOUR)
                desk.wait_delivered()
            assert "Chuyện riêng" not in desk.deployment.logged
            assert "delivery_put_off" in desk.deployment.logged


class TestAMailServerThatIsDown:
    def test_for_an_hour_delays_everything_and_loses_and_doubles_nothing(
        self, tmp_path: Path, mail: MailServer
    ) -> None:
        with running(tmp_path, mail) as desk:
            codes = [desk.open() for _ in range(4)]
            for code in codes:
                desk.forward(code, POWER)
                desk.forward(code, WATER)
            desk.wait_tried(0)
            for minutes in (5, 30, 25):
                desk.deployment.later(minutes * 60.0)
                desk.wait_tried(0)
            assert {row["state"] for row in desk.deliveries()} == {"waiting"}
            listed = desk.deployment.call(self.stuck(desk))
            assert [one.code for one in listed] == [code for code in codes for _ in range(2)]
            assert all("không gửi được" in one.error for one in listed)
            with mail.up():
                desk.deployment.later(30 * 60.0)
                desk.wait_delivered()
            assert desk.deployment.call(self.stuck(desk)) == ()
        subjects = sorted(mail["Subject"].split()[2].rstrip(":") for mail in mail.mails)
        assert subjects == sorted(codes * 2)
        assert mail.tries == 8

    async def stuck(self, desk: OfficersDesk) -> tuple[forwarding.StuckDelivery, ...]:
        async with desk.deployment.service.store.read() as session:
            return await stuck(session, desk.desk.office_id, desk.deployment.clock.now())

    def test_is_tried_after_5_minutes_and_then_every_30(self, tmp_path: Path, mail: MailServer) -> None:
        mail.refuse = ["451 later"] * 3
        waits = []
        with mail.up(), running(tmp_path, mail) as desk:
            desk.forward(desk.open(), POWER)
            for times in (1, 2, 3):
                desk.wait_tried(times)
                waits.append(desk.deliveries()[0]["next_try_at"] - desk.deployment.clock.now())
                desk.deployment.later(waits[-1] + 1.0)
            desk.wait_delivered()
        assert [round(wait / 60.0) for wait in waits] == [5, 30, 30]
        assert len(mail.mails) == 1

    def test_a_letter_that_is_refused_holds_no_other_up(self, tmp_path: Path, mail: MailServer) -> None:
        mail.refuse = ["552 too large"]
        with mail.up(), running(tmp_path, mail) as desk:
            bad, good = desk.open(), desk.open()
            desk.forward(bad, POWER)
            desk.wait_tried(1)
            desk.forward(good, POWER)
            desk.deployment.wait_until(lambda: len(mail.mails) == 1)
            assert good in mail.mails[0]["Subject"]
            assert "552" in desk.deliveries()[0]["error"]

    def test_a_restart_loses_nothing(self, tmp_path: Path, mail: MailServer) -> None:
        data = data_with(tmp_path, BODIES)
        with running(tmp_path, mail, data) as desk:
            code = desk.open()
            desk.forward(code, POWER)
            desk.wait_tried(1)
            clock = desk.deployment.clock
        clock.advance(HOUR)
        with (
            mail.up(),
            deploy(
                tmp_path, data=data, clock=clock, smtp_url=f"smtp://127.0.0.1:{mail.port}", smtp_from="motcua@xa.vn"
            ) as deployment,
        ):
            deployment.wait_until(lambda: mail.mails)
        assert code in mail.mails[0]["Subject"]

    def test_without_a_mail_server_everything_waits(self, tmp_path: Path, mail: MailServer) -> None:
        with running(tmp_path, mail, smtp_url="") as desk:
            desk.forward(desk.open(), POWER)
            desk.wait_tried(1)
            assert "MOTCUA_SMTP_URL" in desk.deliveries()[0]["error"]


class TestTwoCouriers:
    def test_never_have_the_same_letter(self, tmp_path: Path, mail: MailServer) -> None:
        with running(tmp_path, mail, smtp_url="") as desk:
            for _ in range(3):
                desk.forward(desk.open(), POWER)
            desk.wait_tried(0)
            desk.deployment.clock.advance(HOUR)
            claimed = desk.deployment.call(self.claim_all(desk))
        assert len({letter.id for letter in claimed}) == len(claimed)

    async def claim_all(self, desk: OfficersDesk) -> list[Letter]:
        """Several at once, while the application's own courier does the same."""
        store, now = desk.deployment.service.store, desk.deployment.clock.now()

        async def one() -> Letter | None:
            async with store.write() as session:
                return await claim_letter(session, [desk.desk.office_id], (), now)

        found = await asyncio.gather(*(one() for _ in range(6)))
        return [letter for letter in found if letter]

    def test_a_repeat_after_a_lost_answer_is_recognisable(self, tmp_path: Path, mail: MailServer) -> None:
        async def twice(desk: OfficersDesk) -> None:
            async with desk.deployment.service.store.write() as session:
                await session.execute(forwarding.update(forwarding.Delivery).values(state="waiting", next_try_at=0.0))

        with mail.up(), running(tmp_path, mail) as desk:
            desk.forward(desk.open(), POWER)
            desk.wait_delivered()
            desk.deployment.call(twice(desk))
            desk.deployment.wait_until(lambda: len(mail.mails) == 2)
        assert mail.mails[0]["Message-ID"] == mail.mails[1]["Message-ID"]
        assert re.fullmatch(r"<[0-9a-f]{32}@xa\.vn>", mail.mails[0]["Message-ID"])


class TestASecretOnItsWay:
    """Passwords go over TLS alone, except on this machine."""

    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        file = tmp_path / "server.pem"
        wanted = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
        files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
        subprocess.run(["openssl", *wanted.split(), *files], check=True, capture_output=True)
        file.write_bytes((tmp_path / "key.pem").read_bytes() + (tmp_path / "cert.pem").read_bytes())
        return file

    def test_starttls_and_a_login_work(
        self, tmp_path: Path, mail: MailServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = []

        def check(server: object, session: Any, envelope: object, how: str, given: LoginPassword) -> AuthResult:
            seen.append((session.ssl is not None, given.login, given.password))
            return AuthResult(success=True)

        ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ours.load_cert_chain(certificate)
        trusted = ssl.create_default_context(cafile=str(certificate))
        sends = Mailer.send
        monkeypatch.setattr(Mailer, "send", lambda self, *args: sends(Mailer(self.relay, self.key, trusted), *args))
        url = f"smtp://xa:m%40t@127.0.0.1:{mail.port}"
        with mail.up(tls_context=ours, authenticator=check), running(tmp_path, mail, smtp_url=url) as desk:
            desk.forward(desk.open(), POWER)
            desk.wait_delivered()
        assert seen == [(True, b"xa", b"m@t")]
        assert len(mail.mails) == 1

    def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
        self, tmp_path: Path, mail: MailServer, certificate: Path
    ) -> None:
        ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ours.load_cert_chain(certificate)
        with mail.up(tls_context=ours), running(tmp_path, mail) as desk:
            desk.forward(desk.open(), POWER)
            desk.wait_tried(1)
            assert mail.mails == []
            assert "SSL" in desk.deliveries()[0]["error"] or "không gửi được" in desk.deliveries()[0]["error"]
