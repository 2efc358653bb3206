"""Reports go to other Open311 servers, arrive once, and what is said there comes back to the citizen."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.desk.life import Doing, Move
from bot.desk.outside import peers
from bot.settings import SettingsError
from tests.fakes.clock import Clock
from tests.fakes.open311 import KEY, Open311Double
from tests.fakes.serving import serve
from tests.integration.deployment import Deployment, deploy
from tests.integration.forwarding import HOUR, LAMP, NOWHERE, POWER, WATER, OfficersDesk, data_with, free_port

BRANCH = "Ủy ban nhân dân phường Bên Cạnh"


def body(port: int, name: str = POWER, **more: Any) -> dict[str, Any]:
    server = {"url": f"http://127.0.0.1:{port}/v2", "key": "dien", "other": "001", "jurisdiction": "evn", **more}
    return {"name": name, "open311": server}


@pytest.fixture
def port() -> int:
    return free_port()


@contextmanager
def running(folder: Path, bodies: list[dict[str, Any]], **more: Any) -> Iterator[OfficersDesk]:
    settings = {"open311_keys": f"dien={KEY}", **more}
    with deploy(folder, data=data_with(folder, bodies), **settings) as deployment:
        yield OfficersDesk(deployment)


def forwarded(desk: OfficersDesk, **more: Any) -> str:
    code = desk.open(**more)
    desk.forward(code, POWER)
    return code


class TestALetter:
    def test_is_posted_as_the_standard_says_without_anything_about_the_person(self, tmp_path: Path, port: int) -> None:
        double = Open311Double()
        with serve(double.app, port), running(tmp_path, [body(port, services={LAMP: "033"})]) as desk:
            code = forwarded(desk, latitude=10.5, longitude=106.25, reporter="Nguyễn Văn A")
            desk.wait_delivered()
            assert desk.deliveries()[0]["remote_id"] == "293944"
        (sent,) = double.requests.values()
        assert (sent["service_code"], sent["jurisdiction_id"], sent["address_string"]) == ("033", "evn", "ngõ 5")
        assert (sent["lat"], sent["long"]) == ("10.5000000", "106.2500000")
        assert sent["description"].startswith("Đèn đường ngõ 5 hỏng")
        assert code in sent["description"]
        assert not {"first_name", "last_name", "email", "phone"} & sent.keys()
        assert "Nguyễn" not in str(sent)

    def test_that_is_long_keeps_our_code(self, tmp_path: Path, port: int) -> None:
        double = Open311Double()
        with serve(double.app, port), running(tmp_path, [body(port)]) as desk:
            code = forwarded(desk, words="dài " * 2000)
            desk.wait_delivered()
        (sent,) = double.requests.values()
        assert len(sent["description"]) <= 4000
        assert code in sent["description"][-40:]

    def test_whose_answer_was_lost_is_not_sent_twice(self, tmp_path: Path, port: int) -> None:
        double = Open311Double(answers=["lose"])
        with serve(double.app, port), running(tmp_path, [body(port)]) as desk:
            forwarded(desk)
            desk.wait_tried(1)
            desk.deployment.later(HOUR)
            desk.wait_delivered()
            assert desk.deliveries()[0]["remote_id"] == "293944"
        assert (double.posts, len(double.requests)) == (1, 1)

    def test_that_is_refused_is_kept_with_the_reason(self, tmp_path: Path, port: int) -> None:
        double = Open311Double(answers=[400])
        with serve(double.app, port), running(tmp_path, [body(port)]) as desk:
            forwarded(desk)
            desk.wait_tried(1)
            assert desk.deliveries()[0]["error"] == "máy chủ kia trả lời 400: Không nhận"
            desk.deployment.later(HOUR)
            desk.wait_delivered()

    def test_follows_no_redirect(self, tmp_path: Path, port: int) -> None:
        double = Open311Double(answers=["redirect"])
        with serve(double.app, port), running(tmp_path, [body(port)]) as desk:
            forwarded(desk)
            desk.wait_tried(1)
        assert double.elsewhere == 0

    def test_goes_as_what_it_was_forwarded_as(self, tmp_path: Path, port: int) -> None:
        double = Open311Double(answers=[400])
        with serve(double.app, port), running(tmp_path, [body(port, other="", services={LAMP: "033"})]) as desk:
            code = forwarded(desk)
            desk.wait_tried(1)
            desk.make(code, Doing(Move.FILE, "officer", desk.officer, category="khac"))
            desk.deployment.later(HOUR)
            desk.wait_delivered()
        (sent,) = double.requests.values()
        assert sent["service_code"] == "033"

    def test_to_a_body_without_a_code_for_it_is_not_queued(self, tmp_path: Path, port: int) -> None:
        with running(tmp_path, [body(port, other="", services={"khac": "9"})]) as desk:
            forwarded(desk)
            assert desk.deliveries() == []


class TestAServerThatIsDown:
    def test_for_an_hour_delays_everything_and_doubles_nothing_and_holds_nobody_up(
        self, tmp_path: Path, port: int
    ) -> None:
        double, other, up = Open311Double(), Open311Double(), free_port()
        with serve(other.app, up), running(tmp_path, [body(port), body(up, WATER)]) as desk:
            codes = [forwarded(desk) for _ in range(3)]
            desk.forward(desk.open(), WATER)
            desk.deployment.wait_until(lambda: len(other.requests) == 1)
            for minutes in (0, 5, 30, 25):
                desk.deployment.later(minutes * 60.0)
                desk.wait_tried(0)
            assert [row["state"] for row in desk.deliveries()] == ["waiting"] * 3 + ["sent"]
            with serve(double.app, port):
                desk.deployment.later(30 * 60.0)
                desk.wait_delivered()
        assert sorted(sent["description"].split("[")[1].split("/")[0] for sent in double.requests.values()) == sorted(
            codes
        )

    def test_that_never_answers_ends_after_a_while_and_others_go_meanwhile(self, tmp_path: Path, port: int) -> None:
        other, up = Open311Double(), free_port()
        with (
            socket.create_server(("127.0.0.1", port)),  # takes connections and says nothing
            serve(other.app, up),
            running(tmp_path, [body(port), body(up, WATER)]) as desk,
        ):
            forwarded(desk)
            desk.deployment.wait_until(lambda: desk.deliveries()[0]["attempts"] == 1)
            desk.forward(desk.open(), WATER)
            desk.deployment.wait_until(lambda: len(other.requests) == 1)


class TestWhatIsSaidThere:
    def say(self, double: Open311Double, notes: str | None, status: str = "open", name: str = "293944") -> None:
        double.requests[name] |= {"status": status, "status_notes": notes}

    def ask(self, desk: OfficersDesk, double: Open311Double) -> None:
        """Let half an hour pass, and wait for the question and what came of it."""
        before = len(double.asked)
        desk.deployment.later(HOUR / 2 + 1.0)
        desk.deployment.wait_until(lambda: len(double.asked) > before)
        leased = "SELECT count(*) AS n FROM deliveries WHERE leased_until > 0"
        desk.deployment.wait_until(lambda: desk.deployment.rows(leased)[0]["n"] == 0)

    def events(self, desk: OfficersDesk) -> list[tuple[str, str]]:
        rows = desk.deployment.rows("SELECT move, words FROM report_events WHERE actor = 'peer' ORDER BY id")
        return [(row["move"], row["words"]) for row in rows]

    def test_comes_back_as_moves_each_once(self, tmp_path: Path, port: int) -> None:
        double = Open311Double()
        with serve(double.app, port), running(tmp_path, [body(port)]) as desk:
            code = forwarded(desk)
            desk.wait_delivered()
            self.ask(desk, double)
            assert self.events(desk) == []
            self.say(double, "Chờ vật tư")
            self.ask(desk, double)
            self.ask(desk, double)
            assert self.events(desk) == [("tra-loi", f"{POWER} trả lời: Chờ vật tư")]
            self.say(double, "Đã thay bóng", "closed")
            self.ask(desk, double)
            assert self.events(desk)[1:] == [("xong", f"{POWER} trả lời: Đã thay bóng")]
            assert desk.report(code)["state"] == "da-xong"
            assert desk.deliveries()[0]["state"] == "closed"

    def test_the_same_words_once_open_and_once_closed_are_done(self, tmp_path: Path, port: int) -> None:
        double = Open311Double()
        with serve(double.app, port), running(tmp_path, [body(port)]) as desk:
            code = forwarded(desk)
            desk.wait_delivered()
            self.say(double, "Đã thay bóng")
            self.ask(desk, double)
            self.say(double, "Đã thay bóng", "closed")
            self.ask(desk, double)
            assert [move for move, _ in self.events(desk)] == ["tra-loi", "xong"]
            assert desk.report(code)["state"] == "da-xong"

    @pytest.mark.parametrize("since", ["taken back", "reopened", "forwarded elsewhere", "forwarded anew"])
    def test_by_whom_it_is_no_longer_with_ends_nothing(self, tmp_path: Path, port: int, since: str) -> None:
        double = Open311Double()
        with serve(double.app, port), running(tmp_path, [body(port)]) as desk:
            code = forwarded(desk)
            desk.wait_delivered()
            if since == "taken back":
                desk.make(code, Doing(Move.START, "officer", desk.officer))
            elif since == "reopened":
                desk.make(code, Doing(Move.FINISH, "officer", desk.officer, words="Xong"))
                desk.make(code, Doing(Move.REOPEN, "citizen", words="Vẫn tối"))
            else:
                desk.forward(code, POWER if since == "forwarded anew" else NOWHERE)
                desk.wait_delivered()
            before = desk.report(code)["state"]
            for notes, status in (("Đang xử lý: thợ tới", "open"), ("Đã thay bóng", "closed")):
                self.say(double, notes, status)
                for _ in double.requests:  # one at a time is asked of a recipient
                    self.ask(desk, double)
            assert [move for move, _ in self.events(desk)] == ["tra-loi", "tra-loi"]
            assert self.events(desk)[1] == ("tra-loi", f"{POWER} trả lời: Đã thay bóng")
            assert desk.report(code)["state"] == before

    def test_a_second_time_by_whom_it_is_with_again_counts(self, tmp_path: Path, port: int) -> None:
        double = Open311Double()
        with serve(double.app, port), running(tmp_path, [body(port)]) as desk:
            code = forwarded(desk)
            desk.make(code, Doing(Move.START, "officer", desk.officer))
            desk.forward(code, POWER)
            desk.wait_delivered()
            self.say(double, None, "closed", str(293944 + 1))
            for _ in double.requests:
                self.ask(desk, double)
            assert desk.report(code)["state"] == "da-xong"

    def test_is_asked_for_by_the_token_until_there_is_an_id(self, tmp_path: Path, port: int) -> None:
        double = Open311Double(answers=["token"])
        with serve(double.app, port), running(tmp_path, [body(port)]) as desk:
            forwarded(desk)
            desk.wait_delivered()
            assert desk.deliveries()[0]["remote_id"] == "token t293944"
            desk.deployment.later(HOUR / 2 + 1.0)
            put_off = "SELECT id FROM deliveries WHERE attempts = 1 AND leased_until = 0"
            desk.deployment.wait_until(lambda: desk.deployment.rows(put_off))
            double.tokens["t293944"] = "293944"
            desk.deployment.later(HOUR + 1.0)
            desk.deployment.wait_until(lambda: desk.deliveries()[0]["remote_id"] == "293944")

    def test_is_asked_for_less_often_while_nobody_answers(self, tmp_path: Path, port: int) -> None:
        double, waits = Open311Double(), []
        with running(tmp_path, [body(port)]) as desk:
            with serve(double.app, port):
                forwarded(desk)
                desk.wait_delivered()
            for times in (1, 2, 3, 4, 5, 6):
                desk.deployment.later(9 * HOUR)
                asked = "SELECT next_try_at - ? AS wait FROM deliveries WHERE attempts = ? AND leased_until = 0"
                look = partial(desk.deployment.rows, asked, desk.deployment.clock.now(), times)
                desk.deployment.wait_until(look)
                waits.append(look()[0]["wait"] / HOUR)
        assert [round(wait) for wait in waits] == [1, 2, 4, 8, 8, 8]


class TestTwoMotCua:
    """One forwards to another; each is the real application."""

    def test_understand_each_other_from_the_report_to_done(self, tmp_path: Path, port: int) -> None:
        there_folder, here_folder = tmp_path / "there", tmp_path / "here"
        there_folder.mkdir()
        here_folder.mkdir()
        clock = Clock()
        with ExitStack() as stack:
            there = stack.enter_context(deploy(there_folder, data=data_with(there_folder, []), port=port, clock=clock))
            key = there.call(self.key_of(there))
            bodies = [
                {
                    "name": BRANCH,
                    "open311": {"url": f"http://127.0.0.1:{port}/open311/v2", "key": "x", "services": {LAMP: LAMP}},
                }
            ]
            here = stack.enter_context(
                deploy(here_folder, data=data_with(here_folder, bodies), clock=clock, open311_keys=f"x={key}")
            )
            ours, theirs = OfficersDesk(here), OfficersDesk(there)
            code = ours.open()
            ours.forward(code, BRANCH)
            ours.wait_delivered()
            (arrived,) = there.rows("SELECT * FROM reports")
            assert (arrived["source"], arrived["place"]) == ("open311", "ngõ 5")
            assert code in arrived["words"]
            self.move(theirs, arrived["code"], "bat-dau", "")
            here.later(HOUR)
            here.wait_until(lambda: ours.report(code)["state"] == "dang-xu-ly")
            self.move(theirs, arrived["code"], "xong", "Đã thay bóng đèn")
            here.later(HOUR)
            here.wait_until(lambda: ours.report(code)["state"] == "da-xong")
            said = here.rows("SELECT words FROM report_events ORDER BY id DESC LIMIT 1")[0]["words"]
        assert said == f"{BRANCH} trả lời: Đã thay bóng đèn"

    def move(self, desk: OfficersDesk, code: str, move: str, words: str) -> None:
        desk.make(code, Doing(Move(move), "officer", desk.officer, words=words))

    async def key_of(self, deployment: Deployment) -> str:
        async with deployment.service.store.write() as session:
            return await peers.add(session, "xa-vi-du", "xã Bên Này", 0.0)


class TestTheSettings:
    def test_a_body_whose_key_is_not_set_stops_the_start(self, tmp_path: Path, port: int) -> None:
        with (
            pytest.raises(SettingsError, match="MOTCUA_OPEN311_KEYS"),
            running(tmp_path, [body(port)], open311_keys=""),
        ):
            pass
