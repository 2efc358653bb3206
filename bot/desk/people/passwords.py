"""Passwords: kept as argon2id, compared in threads of their own, made up when an administrator sets one for another."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 200  # more is no better, and hashing megabytes would be a way to keep the machine busy
_ONCE = "once:"  # before the hash of a password that somebody else made up: it must be changed at the first sign-in
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)  # argon2id, RFC 9106's second choice
# Each check takes 64 MiB: two at a time, whatever number of strangers try, and apart from other work in threads.
_THREADS = ThreadPoolExecutor(2, "passwords")
_ALPHABET = "abcdefghkmnpqrstuwxyz346789"  # nothing that is misread on paper


class BadPassword(Exception):
    """A password that cannot be used; the words (Vietnamese) are meant to be shown."""


def check_length(password: str) -> None:
    """Raise `BadPassword` for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword(f"Mật khẩu phải có từ {SHORTEST} đến {LONGEST} ký tự.")


def make_up() -> str:
    """A password to be told to somebody and changed by them, such as "kq3fa-w7bnd-u4hxe" (about 70 bits)."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(15))
    return f"{letters[:5]}-{letters[5:10]}-{letters[10:]}"


async def hash_of(password: str, once: bool = False) -> str:
    """What is kept of a password; with `once`, of one that must be changed."""
    hashed = await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)
    return f"{_ONCE}{hashed}" if once else hashed


async def matches(password: str, kept: str | None) -> bool:
    """Whether the password is the one kept. Takes its time even when there is none to compare with."""
    against = kept.removeprefix(_ONCE) if kept else _nobodys()
    right = await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, against, password[: LONGEST + 1])
    return right and kept is not None


def must_change(kept: str) -> bool:
    """Whether the password was made up by somebody else."""
    return kept.startswith(_ONCE)


def outdated(kept: str) -> bool:
    """Whether it was hashed with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept.removeprefix(_ONCE))


def _verify(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))
