"""Nobody gets past the console's gate: not without a session, not with another office's, not with a forged form.

The tests go over the application's own list of routes: a new one must be entered below, or they fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import create_app
from bot.desk.life import Move
from bot.service import Service
from tests.integration.console import Desk, Sent, add_officer, open_one, picture
from tests.integration.deployment import Deployment, deploy

OPEN = {("GET", "/can-bo/vao"), ("POST", "/can-bo/vao")}
OWN = {  # about nothing but the office or the account of who is signed in
    ("POST", "/can-bo/ra"),
    ("GET", "/can-bo"),
    ("GET", "/can-bo/danh-sach"),
    ("GET", "/can-bo/toi"),
    ("POST", "/can-bo/toi/mat-khau"),
    ("POST", "/can-bo/toi/ma-telegram"),
    ("GET", "/can-bo/tai-khoan"),
    ("POST", "/can-bo/tai-khoan"),
    ("POST", "/can-bo/tai-khoan/ma-nhom"),
    ("GET", "/can-bo/chua-den"),
    ("GET", "/can-bo/nhat-ky"),
    ("GET", "/can-bo/tong-hop"),
    ("GET", "/can-bo/tong-hop.xlsx"),
    ("GET", "/can-bo/phan-anh.xlsx"),
    ("GET", "/can-bo/tro-chuyen"),
    ("GET", "/can-bo/tro-chuyen/danh-sach"),
}
NAMING = {  # naming something that belongs to one office
    ("GET", "/can-bo/phan-anh/{code}"),
    ("GET", "/can-bo/phan-anh/{code}/anh/{photo}"),
    ("GET", "/can-bo/phan-anh/{code}/anh/{photo}/nho"),
    ("POST", "/can-bo/phan-anh/{code}/{move}"),
    ("POST", "/can-bo/tai-khoan/{officer_id}/mat-khau"),
    ("POST", "/can-bo/tai-khoan/{officer_id}/khoa"),
    ("POST", "/can-bo/tai-khoan/{officer_id}/mo"),
    ("POST", "/can-bo/tai-khoan/{officer_id}/vai-tro"),
    ("GET", "/can-bo/tro-chuyen/phan-anh/{code}"),
    ("GET", "/can-bo/tro-chuyen/{conversation}"),
    ("GET", "/can-bo/tro-chuyen/{conversation}/loi-nhan"),
    ("GET", "/can-bo/tro-chuyen/{conversation}/anh/{photo}"),
    ("POST", "/can-bo/tro-chuyen/{conversation}/nhan"),
    ("POST", "/can-bo/tro-chuyen/{conversation}/gui"),
    ("POST", "/can-bo/tro-chuyen/{conversation}/tra-may"),
}


def routes_of(routes: Any) -> Iterator[tuple[str, str]]:
    """Every method and path under /can-bo that the application answers, however its routers are nested."""
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None) or getattr(route, "routes", None)
        if inner:
            yield from routes_of(inner)
        for method in (getattr(route, "methods", None) or set()) - {"HEAD"}:
            if route.path.startswith("/can-bo"):
                yield method, route.path


ALL = sorted(set(routes_of(create_app(cast(Service, None)).routes)))
CLOSED = [route for route in ALL if route not in OPEN]


@dataclass(frozen=True)
class Neighbours:
    """Two offices of one deployment; what is tried to be reached is the first one's."""

    motcua: Deployment
    sent: Sent
    officer: int
    theirs: Desk  # an administrator of the other office

    def state(self) -> str:
        """All of the database but what is bound to change when somebody looks."""
        tables = [row["name"] for row in self.motcua.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = {name: self.motcua.rows(f"SELECT * FROM {name}") for name in tables if name != "officer_sessions"}
        return repr(kept)

    def filled(self, path: str, move: str = "nhan-viec") -> str:
        """The address of something of the first office."""
        named = {"code": self.sent.code, "photo": self.sent.photos[0], "conversation": self.sent.conversation}
        return path.format(officer_id=self.officer, move=move, **named)


@pytest.fixture(scope="module")
def neighbours(folder: Path) -> Iterator[Neighbours]:
    with deploy(folder) as motcua:
        officer = add_officer(motcua, "lan", role="can-bo")
        add_officer(motcua, "chu-tich", role="quan-tri")
        add_officer(motcua, "ben-kia", office="xa-ben", role="quan-tri")
        sent = open_one(motcua, "Cột điện nghiêng", reporter="Bà Tư", photo=picture())
        with Desk(motcua.url) as desk:
            assert desk.sign_in("ben-kia").status_code == 303
            yield Neighbours(motcua, sent, officer, desk)


def test_every_route_is_known_here() -> None:
    assert set(ALL) == OPEN | OWN | NAMING, "enter new routes of the console in this file"


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_without_a_session_each_route_leads_to_the_login(neighbours: Neighbours, method: str, path: str) -> None:
    before = neighbours.state()
    for cookie in ({}, {"motcua_canbo": "x" * 43}, {"motcua_canbo": ""}):
        address = neighbours.motcua.url + neighbours.filled(path)
        answer = httpx.request(method, address, cookies=cookie, trust_env=False)
        assert answer.status_code == 303
        assert answer.headers["location"].partition("?")[0] == "/can-bo/vao"
        assert answer.headers["cache-control"] == "no-store"
    assert neighbours.state() == before


@pytest.mark.parametrize(("method", "path"), sorted(NAMING))
def test_what_belongs_to_another_office_is_not_there(neighbours: Neighbours, method: str, path: str) -> None:
    token = neighbours.theirs.csrf()
    before = neighbours.state()
    moves = [*Move, "khong-co"] if "{move}" in path else [""]
    for move in moves:
        address = neighbours.filled(path, move)
        form = {"csrf": token, "seen": "1", "words": "Xong rồi", "vai-tro": "quan-tri", "responsible": "Sở"}
        answer = neighbours.theirs.client.request(method, address, data=form if method == "POST" else None)
        assert answer.status_code == 404, address
        assert "Cột điện" not in answer.text
        assert "Bà Tư" not in answer.text
    assert neighbours.state() == before


def test_another_offices_photo_is_not_there_under_a_report_of_ones_own(neighbours: Neighbours) -> None:
    own = open_one(neighbours.motcua, "Của xã bên", office="xa-ben", photo=picture("navy"))
    for photo in (neighbours.sent.photos[0], 999_999, "x", "-1", "9" * 30):
        for tail in ("", "/nho"):
            answer = neighbours.theirs.get(f"/can-bo/phan-anh/{own.code}/anh/{photo}{tail}")
            assert answer.status_code == 404
    assert neighbours.theirs.get(f"/can-bo/phan-anh/{own.code}/anh/{own.photos[0]}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/can-bo?nhom=tat-ca", "/can-bo/danh-sach?nhom=tat-ca", "/can-bo/chua-den", "/can-bo/nhat-ky"]
)
def test_lists_show_ones_own_office_alone(neighbours: Neighbours, path: str) -> None:
    with Desk(neighbours.motcua.url) as ours:
        ours.sign_in("chu-tich")
        ours.get(f"/can-bo/phan-anh/{neighbours.sent.code}")
        assert path == "/can-bo/chua-den" or neighbours.sent.code in ours.get(path).text
    page = neighbours.theirs.get(path)
    assert page.status_code == 200
    assert neighbours.sent.code not in page.text
    assert "chu-tich" not in page.text


def test_a_search_by_code_finds_nothing_of_another_office(neighbours: Neighbours) -> None:
    page = neighbours.theirs.get("/can-bo", params={"tim": neighbours.sent.code})
    assert "/can-bo/phan-anh/" not in page.text
    assert "Không tìm thấy" in page.text


def test_work_is_not_assigned_across_offices_nor_merged(neighbours: Neighbours) -> None:
    own = open_one(neighbours.motcua, "Của xã bên", office="xa-ben")
    desk = neighbours.theirs
    assert desk.move(own.code, "giao-viec", owner=str(neighbours.officer)).status_code == 422
    assert desk.move(own.code, "gop", original=neighbours.sent.code).status_code == 422
    [row] = neighbours.motcua.rows("SELECT owner_id, state, version FROM reports WHERE code = ?", own.code)
    assert row == {"owner_id": None, "state": "moi", "version": 1}


@pytest.mark.parametrize(("method", "path"), [route for route in CLOSED if route[0] == "POST"])
def test_a_form_without_this_sessions_token_does_nothing(neighbours: Neighbours, method: str, path: str) -> None:
    with Desk(neighbours.motcua.url) as ours:
        ours.sign_in("chu-tich")
        before = neighbours.state()
        for token in ("", "x", neighbours.theirs.csrf(), "\u0111"):
            form = {"csrf": token, "seen": "1", "words": "Xong", "ten": "moi-toanh", "ho-ten": "Ai Đó"}
            answer = ours.client.post(neighbours.filled(path), data=form)
            assert answer.status_code == 403
        assert neighbours.state() == before


@pytest.mark.parametrize("path", ["/can-bo/nhat-ky", "/can-bo/tai-khoan"])
def test_pages_above_an_officers_role_are_closed(neighbours: Neighbours, path: str) -> None:
    with Desk(neighbours.motcua.url) as ours:
        ours.sign_in("lan")
        assert ours.get(path).status_code == 403
        assert path not in ours.get("/can-bo").text


@pytest.mark.parametrize(
    "path", ["", "/ma-nhom", "/{officer_id}/khoa", "/{officer_id}/mat-khau", "/{officer_id}/vai-tro"]
)
def test_an_officer_cannot_administer(neighbours: Neighbours, path: str) -> None:
    with Desk(neighbours.motcua.url) as ours:
        ours.sign_in("lan")
        token = ours.csrf()
        before = neighbours.state()
        form = {"csrf": token, "ten": "them", "ho-ten": "Thêm Vào", "vai-tro": "quan-tri"}
        answer = ours.client.post(neighbours.filled(f"/can-bo/tai-khoan{path}"), data=form)
        assert answer.status_code == 403
        assert neighbours.state() == before


def test_an_officer_does_not_assign_work_to_others(neighbours: Neighbours) -> None:
    own = open_one(neighbours.motcua, "Rác đầu ngõ")
    with Desk(neighbours.motcua.url) as ours:
        ours.sign_in("lan")
        answer = ours.move(own.code, "giao-viec", owner=str(neighbours.officer))
        assert answer.status_code == 422
        assert "Chỉ lãnh đạo" in answer.text


@pytest.mark.parametrize("path", ["/can-bo", "/can-bo/vao", "/can-bo/toi", "/can-bo/phan-anh/AAA-AAA-AAA"])
def test_pages_carry_a_strict_policy_and_are_kept_nowhere(neighbours: Neighbours, path: str) -> None:
    page = neighbours.theirs.get(path)
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|<style|\sstyle=", page.text)


WILD = st.text(max_size=60) | st.sampled_from(
    ["", "1", "0", "-1", "9" * 30, "\0", "2026-02-31", "%", "{{7*7}}", "../x", "😀"]
)
FIELDS = "csrf seen words owner day responsible category original ten ho-ten vai-tro cu moi lai toi anh-da-gui".split()
ASKED = "nhom tinh-trang loai ai qua-han tim truoc viec xong mau toi ngay tuan".split()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    route=st.sampled_from([route for route in ALL if route != ("POST", "/can-bo/ra")]),
    named=st.booleans(),
    names=st.lists(WILD.filter(lambda text: text not in (".", "..", "")), min_size=5, max_size=5),
    form=st.dictionaries(st.sampled_from(FIELDS), WILD),
    query=st.dictionaries(st.sampled_from(ASKED), WILD),
    files=st.lists(st.binary(max_size=50), max_size=5),
)
def test_nothing_that_is_sent_is_an_error_of_ours(
    neighbours: Neighbours,
    route: tuple[str, str],
    named: bool,
    names: list[str],
    form: dict[str, str],
    query: dict[str, str],
    files: list[bytes],
) -> None:
    own = _own_report(neighbours)
    method, path = route
    wild = dict(zip(("code", "photo", "officer_id", "move", "conversation"), map(quote_all, names), strict=True))
    good = {"code": own.code, "photo": "1", "officer_id": "1", "move": "tra-loi", "conversation": own.conversation}
    address = path.format(**(good if named else wild))
    data = {"csrf": neighbours.theirs.csrf(), "seen": "1", **form}
    sent = [("anh", ("x.jpg", one, "image/jpeg")) for one in files]
    more = {"data": data, "files": sent or None} if method == "POST" else {}
    answer = neighbours.theirs.client.request(method, address, params=query, **more)
    assert answer.status_code < 500, (method, address, query, data)


def _own_report(neighbours: Neighbours) -> Sent:
    if neighbours.motcua not in _OWN_REPORTS:
        _OWN_REPORTS[neighbours.motcua] = open_one(neighbours.motcua, "Của xã bên", office="xa-ben", photo=picture())
    return _OWN_REPORTS[neighbours.motcua]


_OWN_REPORTS: dict[Deployment, Sent] = {}


def quote_all(text: str) -> str:
    """For a place in an address."""
    return quote(text.encode(errors="replace"), safe="")
