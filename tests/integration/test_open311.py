"""Open311, GeoReport v2, as the standard tells it: fields, formats, errors, keys; no office sees another's reports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.accounts import Account
from bot.desk.life import Doing, Move
from bot.desk.outside import peers
from bot.desk.reports import Desk
from bot.tables import Office
from tests.integration.deployment import Deployment, deploy
from tests.integration.forwarding import LAMP, OfficersDesk, data_with

V2 = "/open311/v2"
OURS, THEIRS = "xa-vi-du", "xa-khac"
W3 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
# The standard's fields of a request, in its order.
FIELDS = """service_request_id status status_notes service_name service_code description agency_responsible
    service_notice requested_datetime updated_datetime expected_datetime address address_id zipcode lat long
    media_url""".split()
ROUTES = [
    "/open311/discovery.{form}",
    f"{V2}/services.{{form}}",
    f"{V2}/services/{LAMP}.{{form}}",
    f"{V2}/requests.{{form}}",
    f"{V2}/requests/abc.{{form}}",
    f"{V2}/tokens/12345.{{form}}",
]


class Town(NamedTuple):
    """Two offices in one deployment, a system with a key for each, and a second one for the first."""

    deployment: Deployment
    key: str
    second: str
    foreign: str

    def get(self, path: str, **params: str) -> httpx.Response:
        given = {"jurisdiction_id": OURS, **params}
        return httpx.get(self.deployment.url + path, params=given, trust_env=False)

    def post(self, form: str = "json", **fields: Any) -> httpx.Response:
        given = {"jurisdiction_id": OURS, "api_key": self.key, "service_code": LAMP, "address_string": "ngõ 5"}
        sent = {name: value for name, value in {**given, **fields}.items() if value is not None}
        return httpx.post(f"{self.deployment.url}{V2}/requests.{form}", data=sent, trust_env=False)

    def sent(self, **fields: Any) -> str:
        """A request that was taken; its id."""
        answer = self.post(**fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()[0]["service_request_id"])

    def one(self, name: str, **params: str) -> dict[str, Any]:
        """A request as it is shown."""
        (shown,) = self.get(f"{V2}/requests/{name}.json", **params).json()
        assert isinstance(shown, dict)
        return shown

    def count(self) -> int:
        return int(self.deployment.rows("SELECT count(*) AS n FROM reports")[0]["n"])


@pytest.fixture(scope="module")
def town(folder: Path) -> Iterator[Town]:
    with deploy(folder, data=data_with(folder, [])) as deployment:
        deployment.service.settings.public_url = "https://motcua.example.vn"

        async def settle() -> tuple[str, str, str]:
            service = deployment.service
            async with service.store.write() as session:
                other = Office(slug=THEIRS)
                session.add(other)
                await session.flush()
                first = next(iter(service.accounts.values()))
                desk = Desk(other.id, first.desk.hours, first.desk.categories)
                service.accounts[999] = Account(999, "khac", first.channel, first.office, desk)
                keys = [await peers.add(session, OURS, name, 0.0) for name in ("Cổng tỉnh", "Ứng dụng khác")]
                return keys[0], keys[1], await peers.add(session, THEIRS, "Cổng tỉnh", 0.0)

        yield Town(deployment, *deployment.call(settle()))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute's allowance is not what most of these tests are about."""
    monkeypatch.setattr("api.pace.Pace.keeps", lambda *_: True)


def tree(answer: httpx.Response) -> ElementTree.Element:
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.content.lower().startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    return ElementTree.fromstring(answer.content)


def as_json(element: ElementTree.Element) -> Any:
    """The standard's way from XML to JSON, values as text."""
    lists = ("services", "service_requests", "attributes", "endpoints", "formats", "errors")
    if element.tag in lists:
        return [as_json(child) for child in element]
    if len(element):
        return {child.tag: as_json(child) for child in element}
    return element.text


def as_text(value: Any) -> Any:
    """JSON with every value as the text that XML has for it."""
    if isinstance(value, dict):
        return {name: as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


class TestDiscovery:
    def test_has_every_field_of_the_standard(self, town: Town) -> None:
        found = town.get("/open311/discovery.json").json()
        assert list(found) == ["changeset", "contact", "key_service", "endpoints"]
        (endpoint,) = found["endpoints"]
        assert endpoint == {
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": "https://motcua.example.vn/open311/v2",
            "changeset": found["changeset"],
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }
        assert re.fullmatch(W3, found["changeset"])


class TestServices:
    def test_list_has_every_field_of_the_standard(self, town: Town) -> None:
        listed = town.get(f"{V2}/services.json").json()
        names = ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"]
        assert [list(one) for one in listed] == [names, names]
        assert listed[0]["service_code"] == LAMP
        assert listed[0]["metadata"] is False
        assert listed[0]["type"] == "realtime"
        assert listed[1]["keywords"] == "việc khác, <b>&"

    def test_definition_asks_for_nothing_more(self, town: Town) -> None:
        found = town.get(f"{V2}/services/{LAMP}.json").json()
        assert found == {"service_code": LAMP, "attributes": []}

    def test_an_unknown_one_is_not_found(self, town: Town) -> None:
        assert town.get(f"{V2}/services/001.json").status_code == 404


class TestBothForms:
    @pytest.mark.parametrize("route", ROUTES)
    def test_say_the_same(self, town: Town, route: str) -> None:
        town.sent(description="Đèn <hỏng> & tối\nlắm")
        plain = town.get(route.format(form="json"), api_key=town.key)
        named = town.get(route.format(form="xml"), api_key=town.key)
        assert plain.headers["content-type"] == "application/json; charset=utf-8"
        assert plain.status_code == named.status_code
        told = as_json(tree(named))
        empty = as_text(plain.json())
        assert told == empty if "services/" not in route else told["service_code"] == empty["service_code"]

    def test_roots_are_those_of_the_standard(self, town: Town) -> None:
        roots = [tree(town.get(route.format(form="xml"))).tag for route in ROUTES]
        assert roots == ["discovery", "services", "service_definition", "service_requests", "errors", "errors"]

    def test_characters_that_xml_has_not_do_no_harm(self, town: Town) -> None:
        desk = OfficersDesk(town.deployment)
        desk.make(desk.open(), Doing(Move.FORWARD, "officer", desk.officer, responsible="Sở\x0bA\ufffe<&>"))
        assert "SởA<&>" in [
            one.findtext("agency_responsible", "").replace(" ", "") for one in tree(town.get(f"{V2}/requests.xml"))
        ]

    @pytest.mark.parametrize("form", ["html", "yaml", "JSON", "%00"])
    def test_there_is_no_other(self, town: Town, form: str) -> None:
        answer = town.get(f"{V2}/services.{form}")
        assert answer.status_code == 400
        assert tree(answer).findtext("error/code") == "400"


class TestPosting:
    """The standard's own example, with the fields that it lists."""

    EXAMPLE = {  # noqa: RUF012
        "lat": "37.76524078",
        "long": "-122.4212043",
        "address_string": "1234 5th street",
        "email": "smit333@sfgov.edu",
        "device_id": "tt222111",
        "account_id": "123456",
        "first_name": "john",
        "last_name": "smith",
        "phone": "111111111",
        "description": "A large sinkhole is destroying the street",
        "media_url": "http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg",
        "attribute[WHISPAWN]": "123456",
        "attribute[WHISDORN]": "COISL001",
    }

    def test_the_example_is_taken(self, town: Town) -> None:
        answer = town.post(**self.EXAMPLE)
        (taken,) = answer.json()
        assert list(taken) == ["service_request_id", "service_notice", "account_id"]
        shown = town.one(taken["service_request_id"], api_key=town.key)
        assert list(shown) == FIELDS
        assert shown["description"] == "A large sinkhole is destroying the street"
        assert (shown["lat"], shown["long"]) == (37.76524078, -122.4212043)
        assert shown["address"] == "1234 5th street"
        assert shown["status"] == "open"
        assert all(re.fullmatch(W3, shown[f"{name}_datetime"]) for name in ("requested", "updated", "expected"))

    def test_the_answer_in_xml_is_that_of_the_standard(self, town: Town) -> None:
        root = tree(town.post("xml", **self.EXAMPLE))
        assert [child.tag for child in root] == ["request"]
        assert root.findtext("request/service_request_id")

    def test_who_the_person_is_is_not_kept(self, town: Town) -> None:
        town.sent(**self.EXAMPLE)
        stored = town.deployment.everything_stored()
        for told in ("smit333", "tt222111", "111111111", "john", "smith"):
            assert told not in stored

    def test_numbers_of_people_in_the_words_are_covered(self, town: Town) -> None:
        town.sent(description="Gọi tôi 0912345678", address_string="nhà số 5, 0987654321")
        stored = town.deployment.everything_stored()
        assert "0912345678" not in stored
        assert "0987654321" not in stored

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"service_code": None}, 400),
            ({"service_code": ""}, 400),
            ({"service_code": "999"}, 404),
            ({"address_string": None}, 400),
            ({"address_string": None, "lat": "10"}, 400),
            ({"address_string": None, "lat": "nan", "long": "1"}, 400),
            ({"lat": "91", "long": "0"}, 400),
            ({"description": "a" * 4001}, 400),
            ({"jurisdiction_id": None}, 400),
            ({"jurisdiction_id": "sfgov.org"}, 404),
            ({"api_key": None}, 403),
            ({"api_key": "xyz"}, 403),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_is_kept(self, town: Town, fields: dict[str, Any], status: int) -> None:
        before = town.count()
        answer = town.post(**fields)
        assert answer.status_code == status
        assert all(list(error) == ["code", "description"] and error["code"] == status for error in answer.json())
        assert tree(town.post("xml", **fields)).findtext("error/code") == str(status)
        assert town.count() == before

    @pytest.mark.parametrize(
        "fields", [{"address_id": "545483", "address_string": None}, {"lat": "0", "long": "0", "address_string": None}]
    )
    def test_each_way_to_tell_the_place_will_do(self, town: Town, fields: dict[str, Any]) -> None:
        town.sent(**fields)

    def test_a_picture_is_noted_and_never_fetched_and_a_script_is_not_even_noted(self, town: Town) -> None:
        with_picture = town.sent(media_url=f"{town.deployment.url}/metrics")
        with_script = town.sent(media_url="javascript:alert(1)")
        assert town.one(with_picture, api_key=town.key)["media_url"] == f"{town.deployment.url}/metrics"
        assert town.one(with_script, api_key=town.key)["media_url"] is None

    def test_too_large_a_body_is_not_read(self, town: Town) -> None:
        assert town.post(description="a" * 70_000).status_code == 413

    def test_another_type_of_body_is_not_read(self, town: Town) -> None:
        answer = httpx.post(f"{town.deployment.url}{V2}/requests.json", json={"api_key": town.key}, trust_env=False)
        assert answer.status_code == 400

    def test_too_many_a_minute_are_told_to_wait(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("api.pace.Pace.keeps", lambda *_: False)
        assert town.post().status_code == 429


class TestWhoSeesWhat:
    SECRET = ("description", "address", "lat", "long", "media_url", "status_notes")

    def test_anybody_sees_what_kind_and_how_it_stands_and_nothing_more(self, town: Town) -> None:
        desk = OfficersDesk(town.deployment)
        code = desk.open("Chuyện của bà con", latitude=10.1, longitude=106.2, reporter="Nguyễn Văn A")
        desk.make(code, Doing(Move.START, "officer", desk.officer, words="Lời riêng"))
        for key in ({}, {"api_key": town.key}):
            answer = town.get(f"{V2}/requests.json", **key)
            newest = answer.json()[0]
            assert [newest[name] for name in self.SECRET] == [None] * len(self.SECRET)
            assert newest["service_code"] == LAMP
            for told in (code, "Chuyện của bà con", "Lời riêng", "Nguyễn", "106.2"):
                assert told not in answer.text

    def test_the_sender_sees_its_own_words_and_the_officers(self, town: Town) -> None:
        name = town.sent(description="Đèn hỏng")
        desk = OfficersDesk(town.deployment)
        code = town.deployment.rows("SELECT code FROM reports ORDER BY id DESC LIMIT 1")[0]["code"]
        desk.make(code, Doing(Move.NOTE, "officer", desk.officer, words="Nội bộ"))
        desk.make(code, Doing(Move.ASSIGN, "officer", desk.officer, words="Nội bộ", owner=desk.officer))
        assert "Nội bộ" not in str(town.one(name, api_key=town.key)["status_notes"])
        desk.make(code, Doing(Move.FINISH, "officer", desk.officer, words="Đã thay bóng"))
        desk.make(code, Doing(Move.NOTE, "officer", desk.officer, words="Nội bộ nữa"))
        shown = town.one(name, api_key=town.key)
        assert (shown["status"], shown["status_notes"]) == ("closed", "Đã xong: Đã thay bóng")
        assert town.one(name)["description"] is None
        assert town.one(name, api_key=town.second)["description"] is None

    def test_ids_tell_nothing(self, town: Town) -> None:
        names = [town.sent() for _ in range(3)]
        codes = {row["code"] for row in town.deployment.rows("SELECT code FROM reports")}
        assert all(re.fullmatch(r"[a-z2-7]{13}", name) for name in names)
        assert not codes & {name.upper() for name in names}

    @pytest.mark.parametrize("route", ROUTES)
    def test_a_key_opens_no_other_office(self, town: Town, route: str) -> None:
        path = route.format(form="json")
        assert town.get(path, api_key=town.foreign).status_code == 403
        assert town.get(path, jurisdiction_id=THEIRS, api_key=town.key).status_code == 403

    def test_a_key_sends_to_no_other_office(self, town: Town) -> None:
        before = town.count()
        assert town.post(api_key=town.foreign).status_code == 403
        assert town.post(jurisdiction_id=THEIRS).status_code == 403
        assert town.count() == before

    def test_another_offices_reports_are_not_there(self, town: Town) -> None:
        name = town.sent(description="Của xã này")
        for params in ({}, {"api_key": town.foreign}):
            there = {"jurisdiction_id": THEIRS, **params}
            assert town.get(f"{V2}/requests/{name}.json", **there).status_code == 404
            assert town.get(f"{V2}/requests.json", service_request_id=name, **there).json() == []
            assert town.get(f"{V2}/requests.json", **there).json() == []

    def test_a_key_that_was_taken_away_opens_nothing(self, town: Town) -> None:
        async def change(add: bool) -> str:
            async with town.deployment.service.store.write() as session:
                if add:
                    return await peers.add(session, OURS, "Tạm", 0.0)
                await peers.remove(session, OURS, "Tạm")
                return ""

        key = town.deployment.call(change(True))
        assert town.post(api_key=key).status_code == 200
        town.deployment.call(change(False))
        assert town.post(api_key=key).status_code == 403

    def test_keys_are_not_stored(self, town: Town) -> None:
        stored = town.deployment.everything_stored()
        assert not any(key in stored for key in (town.key, town.second, town.foreign))


class TestAsking:
    def day(self, days: float) -> str:
        return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ids(self, town: Town, **params: str) -> list[str]:
        return [one["service_request_id"] for one in town.get(f"{V2}/requests.json", **params).json()]

    def test_several_ids_override_everything_else(self, town: Town) -> None:
        first, second = town.sent(), town.sent()
        found = self.ids(town, service_request_id=f"{first},{second},zzz", status="closed", service_code="none")
        assert set(found) == {first, second}

    def test_kind_status_and_time_narrow_it(self, town: Town) -> None:
        name = town.sent(service_code="khac")
        assert name in self.ids(town, service_code=f"khac,{LAMP}", status="open")
        assert name not in self.ids(town, service_code=LAMP)
        assert name not in self.ids(town, status="closed")
        assert name in self.ids(town, start_date=self.day(-1))
        assert name not in self.ids(town, end_date=self.day(-1))
        assert name in self.ids(town, service_code="", status="", start_date="")

    @pytest.mark.parametrize(
        "params",
        [
            {"start_date": "hôm qua"},
            {"start_date": "2010-05-24"},
            {"start_date": "2010-05-24T00:00:00"},
            {"start_date": "2010-01-01T00:00:00Z", "end_date": "2010-06-24T00:00:00Z"},
            {"start_date": "2010-06-24T00:00:00Z", "end_date": "2010-05-24T00:00:00Z"},
            {"status": "fixed"},
        ],
    )
    def test_what_cannot_be_asked_is_told(self, town: Town, params: dict[str, str]) -> None:
        answer = town.get(f"{V2}/requests.json", **params)
        assert answer.status_code == 400
        assert answer.json()[0]["code"] == 400

    def test_the_samples_of_the_standard_are_answered(self, town: Town) -> None:
        sample = {"start_date": "2010-05-24T00:00:00Z", "end_date": "2010-06-24T00:00:00Z", "status": "open"}
        assert town.get(f"{V2}/requests.json", **sample).json() == []
        assert tree(town.get(f"{V2}/requests.xml", **sample)).tag == "service_requests"
        assert town.get(f"{V2}/requests.json", start_date="1994-11-05T08:15:30-05:00").status_code == 200

    def test_an_unknown_office_is_not_found(self, town: Town) -> None:
        for route in ROUTES:
            answer = town.get(route.format(form="json"), jurisdiction_id="city.gov")
            assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)


class TestWildInput:
    """Whatever is sent: never our fault, and an error is told as the standard says."""

    words = st.text(max_size=40)
    names = st.sampled_from(
        "api_key jurisdiction_id service_code lat long address_string address_id description media_url status "
        "start_date end_date service_request_id attribute[x] page".split()
    )
    values = words | st.sampled_from(
        [OURS, THEIRS, LAMP, "open", "1e999", "-0", "inf", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
    )

    def check(self, answer: httpx.Response) -> None:
        assert answer.status_code in (200, 307, 400, 403, 404, 405, 413), answer.text  # 307: without the last /
        if answer.headers["content-type"].startswith("application/json") and answer.status_code in (400, 403):
            assert all(error["description"] for error in answer.json())

    @given(st.sampled_from(ROUTES), st.dictionaries(names, values), st.sampled_from(["json", "xml"]), st.booleans())
    @settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def test_get(self, town: Town, route: str, params: dict[str, str], form: str, ours: bool) -> None:
        given = {"jurisdiction_id": OURS, "api_key": town.key, **params} if ours else params
        self.check(httpx.get(town.deployment.url + route.format(form=form), params=given, trust_env=False))

    @given(st.sampled_from(["services", "requests", "tokens"]), st.text(min_size=1, max_size=20), words)
    @settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def test_paths(self, town: Town, kind: str, name: str, form: str) -> None:
        path = f"{town.deployment.url}{V2}/{kind}/{quote(name, safe='')}.{quote(form, safe='')}"
        self.check(httpx.get(path, params={"jurisdiction_id": OURS}, trust_env=False))

    @given(st.dictionaries(names, values), st.booleans())
    @settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def test_post(self, town: Town, fields: dict[str, str], whole: bool) -> None:
        given = {"service_code": LAMP, "address_string": "x", "jurisdiction_id": OURS, "api_key": town.key, **fields}
        url = f"{town.deployment.url}{V2}/requests.json"
        answer = httpx.post(url, data=given if whole else fields, trust_env=False)
        self.check(answer)
        if answer.status_code == 200:
            name = answer.json()[0]["service_request_id"]
            assert tree(town.get(f"{V2}/requests/{name}.xml", api_key=town.key)).findtext("request/status") == "open"

    @given(st.binary(max_size=200))
    @settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def test_bodies(self, town: Town, body: bytes) -> None:
        form = {"content-type": "application/x-www-form-urlencoded"}
        url = f"{town.deployment.url}{V2}/requests.json"
        prefix = f"api_key={town.key}&jurisdiction_id={OURS}&service_code={LAMP}&description=".encode()
        self.check(httpx.post(url, content=body, headers=form, trust_env=False))
        self.check(httpx.post(url, content=prefix + body, headers=form, trust_env=False))


class TestOneOffice:
    def test_needs_no_jurisdiction(self, tmp_path: Path) -> None:
        with deploy(tmp_path, data=data_with(tmp_path, [])) as deployment:
            listed = deployment.get(f"{V2}/services.json")
        assert [one["service_code"] for one in json.loads(listed.content)] == [LAMP, "khac"]
