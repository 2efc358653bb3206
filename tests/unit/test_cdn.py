"""Which addresses photos are fetched from: Zalo's hosts over TLS, and nothing else that an event may name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.channel import NotFetched
from bot.channels.zalo.cdn import Cdn
from bot.desk.images.photos import LARGEST

HOSTS = "zdn.vn, zalo.me, zaloapp.com"


def fetched(address: str, asked: list[httpx.Request], content: bytes = b"photo", hosts: str = HOSTS) -> bytes:
    async def run() -> bytes:
        async def body() -> AsyncIterator[bytes]:
            yield content

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(200, content=body())

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await Cdn(hosts, client).fetched(address)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("address", "asked_for"),
    [
        ("https://f20-zpc.zdn.vn/a/b.jpg?x=1", "https://f20-zpc.zdn.vn/a/b.jpg?x=1"),
        ("http://b-f4.photo.talk.zdn.vn/b.jpg", "https://b-f4.photo.talk.zdn.vn/b.jpg"),
        ("https://ZDN.vn/b.jpg", "https://zdn.vn/b.jpg"),
        ("https://s120.zaloapp.com:443/b.jpg", "https://s120.zaloapp.com/b.jpg"),
    ],
)
def test_zalos_own_addresses_are_asked_over_tls(address: str, asked_for: str) -> None:
    asked: list[httpx.Request] = []
    assert fetched(address, asked) == b"photo"
    assert [str(request.url) for request in asked] == [asked_for]
    assert "access_token" not in asked[0].headers


def test_an_origin_that_is_named_whole_is_allowed_as_it_is_and_no_other_port_of_it() -> None:
    asked: list[httpx.Request] = []
    assert fetched("http://127.0.0.1:8123/b.jpg", asked, hosts="http://127.0.0.1:8123") == b"photo"
    for other in ("http://127.0.0.1:8124/b.jpg", "https://127.0.0.1:8123/b.jpg", "http://u@127.0.0.1:9/b.jpg"):
        with pytest.raises(NotFetched):
            fetched(other, asked, hosts="http://127.0.0.1:8123")
    assert len(asked) == 1


def test_reading_stops_past_the_largest_size() -> None:
    assert len(fetched("https://zdn.vn/b.jpg", [], bytes(LARGEST + 1))) > LARGEST


_WORDS = """http:// https:// // file:// zdn.vn .zdn.vn zdn.vn. x.zdn.vn 127.0.0.1 localhost [::1] example.com
    @ : / \\ ? # %2f %40 .. . 。 ⓩ a :80 :443 u:p@"""
_PIECES = st.sampled_from([*_WORDS.split(), " ", "\t", "\n", "\x00"])
_ADDRESSES = st.tuples(
    st.sampled_from(["http://", "https://", "HTTPS://", "//", "ftp://", ""]),
    st.lists(_PIECES, max_size=4).map("".join),
    st.sampled_from(["zdn.vn", "f.zdn.vn", "evilzdn.vn", "zdn.vn.example.com", "127.0.0.1", ""]),
    st.lists(_PIECES, max_size=4).map("".join),
).map("".join)


@settings(max_examples=400, deadline=None)
@given(_ADDRESSES | st.text(max_size=60))
def test_whatever_an_event_says_only_zalos_hosts_are_asked(address: str) -> None:
    asked: list[httpx.Request] = []
    try:
        fetched(address, asked)
    except NotFetched:
        return
    [request] = asked
    parts = urlsplit(str(request.url))
    assert parts.scheme == "https"
    assert parts.port is None
    assert parts.username is None
    assert any(parts.hostname == host or (parts.hostname or "").endswith(f".{host}") for host in HOSTS.split(", "))
