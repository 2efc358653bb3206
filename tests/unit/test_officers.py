"""Officers' accounts, passwords and sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.desk.cases.folding import plain
from bot.desk.cases.inbox import Filters
from bot.desk.images.evidence import Piece, unsealed
from bot.desk.people import officers, passwords
from bot.desk.people.officers import NotAllowed, Role
from bot.desk.people.sessions import ABSOLUTE, IDLE, LOCKED, MOST_WRONG, sign_in, sign_out, signed_in
from bot.desk.reports import Unknown
from bot.desk.tables import AuditEntry, Officer, OfficerSession
from bot.store import Store, migrate

NOW = 1_800_000_000.0
RIGHT = "dung-mat-khau-nay"
Value = TypeVar("Value")


@pytest.fixture(scope="module")
def kept() -> str:
    """What is kept of the right password; hashing is slow, as it should be."""
    return asyncio.run(passwords.hash_of(RIGHT))


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path}/motcua.db"
    migrate(url)
    return url


def run(url: str, work: Callable[[Store], Awaitable[Value]]) -> Value:
    """Do something with the database, in a loop of its own."""

    async def within() -> Value:
        store = Store(url)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(within())


async def add(store: Store, kept: str, login: str = "lan", office: str = "xa-a", role: str = "can-bo") -> Any:
    async with store.write() as session:
        row = await officers.office_row(session, office)
        return await officers.add(session, row, login, "Nguyễn Thị Lan", role, kept, NOW)


async def log(store: Store) -> list[str]:
    async with store.read() as session:
        return list(await session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)))


class TestSigningIn:
    def test_the_right_password_opens_a_session(self, url: str, kept: str) -> None:
        async def work(store: Store) -> None:
            person = await add(store, kept)
            token = await sign_in(store, " LAN ", RIGHT, NOW)
            assert token
            signed = await signed_in(store, token, NOW)
            assert signed
            assert (signed.officer_id, signed.office_id, signed.role) == (person.id, person.office_id, Role.OFFICER)
            assert await log(store) == ["dang-nhap"]

        run(url, work)

    def test_neither_password_nor_token_is_kept(self, url: str, kept: str) -> None:
        async def work(store: Store) -> None:
            await add(store, kept)
            token = await sign_in(store, "lan", RIGHT, NOW)
            async with store.read() as session:
                officer = (await session.scalars(select(Officer))).one()
                row = (await session.scalars(select(OfficerSession))).one()
            assert officer.password.startswith("$argon2id$")
            assert RIGHT not in officer.password
            assert token not in (row.token_hash, row.csrf)

        run(url, work)

    @pytest.mark.parametrize(("login", "password"), [("lan", "sai"), ("ai-do", RIGHT), ("", ""), ("lan", "")])
    def test_anything_wrong_opens_none(self, url: str, kept: str, login: str, password: str) -> None:
        async def work(store: Store) -> None:
            await add(store, kept)
            assert await sign_in(store, login, password, NOW) is None
            assert await log(store) == (["dang-nhap-sai"] if login == "lan" else [])

        run(url, work)

    def test_five_wrong_ones_lock_the_login_for_a_quarter_of_an_hour(self, url: str, kept: str) -> None:
        async def work(store: Store) -> None:
            await add(store, kept)
            for _ in range(MOST_WRONG):
                assert await sign_in(store, "lan", "sai", NOW) is None
            assert await sign_in(store, "lan", RIGHT, NOW + LOCKED - 1) is None
            assert await sign_in(store, "lan", RIGHT, NOW + LOCKED + 1)
            assert await log(store) == ["dang-nhap-sai"] * MOST_WRONG + ["dang-nhap-khoa", "dang-nhap"]

        run(url, work)

    def test_many_at_once_are_counted_as_many(self, url: str, kept: str) -> None:
        async def work(store: Store) -> None:
            await add(store, kept)
            await asyncio.gather(*(sign_in(store, "lan", f"sai-{number}", NOW) for number in range(12)))
            assert (await log(store)).count("dang-nhap-sai") == MOST_WRONG
            assert await sign_in(store, "lan", RIGHT, NOW) is None

        run(url, work)

    def test_a_right_one_forgets_the_wrong_ones_before(self, url: str, kept: str) -> None:
        async def work(store: Store) -> None:
            await add(store, kept)
            for _ in range(2):
                for _ in range(MOST_WRONG - 1):
                    await sign_in(store, "lan", "sai", NOW)
                assert await sign_in(store, "lan", RIGHT, NOW)

        run(url, work)

    def test_a_closed_account_does_not_sign_in(self, url: str, kept: str) -> None:
        async def work(store: Store) -> None:
            person = await add(store, kept)
            token = await sign_in(store, "lan", RIGHT, NOW)
            async with store.write() as session:
                await officers.set_active(session, person.office_id, person.id, False)
            assert await signed_in(store, token or "", NOW) is None
            assert await sign_in(store, "lan", RIGHT, NOW) is None

        run(url, work)

    def test_a_hash_with_weaker_parameters_is_made_anew(self, url: str) -> None:
        async def work(store: Store) -> None:
            from argon2 import PasswordHasher

            await add(store, PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(RIGHT))
            assert await sign_in(store, "lan", RIGHT, NOW)
            async with store.read() as session:
                now_kept = (await session.scalars(select(Officer.password))).one()
            assert "m=65536" in now_kept
            assert await sign_in(store, "lan", RIGHT, NOW)

        run(url, work)


class TestSessions:
    @pytest.mark.parametrize(
        ("seen", "later", "open_still"),
        [
            ([], IDLE - 1, True),
            ([], IDLE + 1, False),
            ([IDLE / 2], IDLE + 1, True),
            ([IDLE / 2 * n for n in range(1, 42)], ABSOLUTE - 1, True),
            ([IDLE / 2 * n for n in range(1, 42)], ABSOLUTE + 1, False),
        ],
    )
    def test_end_when_nobody_is_there_or_after_a_week(
        self, url: str, kept: str, seen: list[float], later: float, open_still: bool
    ) -> None:
        async def work(store: Store) -> None:
            await add(store, kept)
            token = await sign_in(store, "lan", RIGHT, NOW) or ""
            for moment in seen:
                assert await signed_in(store, token, NOW + moment)
            assert (await signed_in(store, token, NOW + later) is not None) is open_still

        run(url, work)

    def test_a_page_that_asks_by_itself_keeps_none_alive(self, url: str, kept: str) -> None:
        async def work(store: Store) -> None:
            await add(store, kept)
            token = await sign_in(store, "lan", RIGHT, NOW) or ""
            assert await signed_in(store, token, NOW + IDLE - 1, at_work=False)
            assert await signed_in(store, token, NOW + IDLE + 1) is None

        run(url, work)

    def test_signing_out_ends_this_one_alone(self, url: str, kept: str) -> None:
        async def work(store: Store) -> None:
            await add(store, kept)
            one, other = [await sign_in(store, "lan", RIGHT, NOW) or "" for _ in range(2)]
            await sign_out(store, one, NOW)
            assert await signed_in(store, one, NOW) is None
            assert await signed_in(store, other, NOW)

        run(url, work)

    def test_a_new_password_ends_all_others(self, url: str, kept: str) -> None:
        async def work(store: Store) -> None:
            person = await add(store, kept)
            mine, other = [await sign_in(store, "lan", RIGHT, NOW) or "" for _ in range(2)]
            signed = await signed_in(store, mine, NOW)
            async with store.write() as session:
                stays = signed.key if signed else None
                await officers.set_password(session, person.office_id, person.id, kept, stays)
            assert await signed_in(store, mine, NOW)
            assert await signed_in(store, other, NOW) is None

        run(url, work)

    def test_a_made_up_password_must_be_changed(self, url: str) -> None:
        async def work(store: Store) -> None:
            password = passwords.make_up()
            await add(store, await passwords.hash_of(password, once=True))
            signed = await signed_in(store, await sign_in(store, "lan", password, NOW) or "", NOW)
            assert signed
            assert signed.must_change

        run(url, work)


class TestAccounts:
    @pytest.mark.parametrize("login", ["", "ab", "có dấu", "a b c", "-abc", "a" * 65, "x@y", "lan\n"])
    def test_a_login_is_plain(self, url: str, login: str) -> None:
        async def work(store: Store) -> None:
            if login.strip() != "lan":
                with pytest.raises(NotAllowed):
                    await add(store, "x", login)

        run(url, work)

    def test_a_login_is_used_once_whatever_the_office(self, url: str) -> None:
        async def work(store: Store) -> None:
            await add(store, "x")
            with pytest.raises(NotAllowed, match="đã có người dùng"):
                await add(store, "x", "LAN", "xa-b")

        run(url, work)

    def test_the_last_administrator_stays(self, url: str) -> None:
        async def work(store: Store) -> None:
            one = await add(store, "x", "mot", role="quan-tri")
            await add(store, "x", "khac", "xa-b", role="quan-tri")
            async with store.write() as session:
                with pytest.raises(NotAllowed, match="duy nhất"):
                    await officers.set_active(session, one.office_id, one.id, False)
                with pytest.raises(NotAllowed, match="duy nhất"):
                    await officers.set_role(session, one.office_id, one.id, "can-bo")
            await add(store, "x", "hai", role="quan-tri")
            async with store.write() as session:
                assert (await officers.set_role(session, one.office_id, one.id, "can-bo")).role is Role.OFFICER

        run(url, work)

    def test_an_officer_is_found_within_the_office_alone(self, url: str) -> None:
        async def work(store: Store) -> None:
            one = await add(store, "x")
            other = await add(store, "x", "khac", "xa-b")
            async with store.write() as session:
                for change in (
                    officers.set_active(session, other.office_id, one.id, False),
                    officers.set_role(session, other.office_id, one.id, "quan-tri"),
                    officers.set_password(session, other.office_id, one.id, "y"),
                ):
                    with pytest.raises(Unknown):
                        await change

        run(url, work)

    def test_closing_an_account_takes_telegram_away(self, url: str) -> None:
        async def work(store: Store) -> None:
            one = await add(store, "x")
            async with store.write() as session:
                await session.execute(update(Officer).values(telegram_id="77"))
            async with store.write() as session:
                assert not (await officers.set_active(session, one.office_id, one.id, False)).on_telegram

        run(url, work)


class TestPasswords:
    @pytest.mark.parametrize("password", ["", "a" * 9, "a" * 201])
    def test_too_short_and_too_long_ones_are_not_taken(self, password: str) -> None:
        with pytest.raises(passwords.BadPassword):
            passwords.check_length(password)

    def test_made_up_ones_can_be_used_and_differ(self) -> None:
        made = {passwords.make_up() for _ in range(50)}
        assert len(made) == 50
        for one in made:
            passwords.check_length(one)

    def test_no_password_matches_nobodys(self) -> None:
        assert not asyncio.run(passwords.matches("", None))


class TestWildInput:
    @given(st.text(max_size=300), st.text(max_size=20))
    def test_a_sealed_photo_is_only_taken_from_who_sealed_it(self, told: str, key: str) -> None:
        assert unsealed(told, key.encode(errors="replace"), 1) is None

    @given(st.from_regex(r"[0-9a-f]{64}\.jpg", fullmatch=True), st.integers(0, 10**9))
    def test_a_sealed_photo_comes_back(self, file: str, size: int) -> None:
        piece = Piece(file, size)
        assert unsealed(piece.sealed(b"key", 1), b"key", 1) == piece
        assert unsealed(piece.sealed(b"key", 1), b"key", 2) is None
        assert unsealed(piece.sealed(b"key", 1), b"other", 1) is None

    @given(st.dictionaries(st.sampled_from(["nhom", "tinh-trang", "loai", "ai", "qua-han", "tim", "truoc"]), st.text()))
    def test_any_address_gives_filters_that_say_themselves_again(self, given_query: dict[str, str]) -> None:
        filters = Filters.of(given_query)
        again = Filters.of(filters.as_query(truoc=filters.before or ""))
        assert again == filters

    @given(st.text())
    def test_plain_is_plain(self, text: str) -> None:
        folded = plain(text)
        assert folded.isascii()
        assert folded == folded.lower()
        assert plain(folded) == folded
