"""The database: one engine, transactions that read and transactions that write, and bringing the tables up to date."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.desk.cases.folding import plain
from bot.settings import ROOT

MIGRATIONS = ROOT / "migrations"


class Store:
    """Hands out sessions. On SQLite writers of this process queue up here, in order, rather than at the file's lock."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = open_engine(url)
        self._one_writer = asyncio.Lock() if self.engine.dialect.name == "sqlite" else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction for looking."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that commits when its block ends and leaves nothing behind when the block raises."""
        async with self._one_writer, AsyncSession(self.engine, expire_on_commit=False) as session:
            await session.connection(execution_options={"motcua_writes": True})
            yield session
            await session.commit()

    @property
    def shared(self) -> bool:
        """Whether other processes may work on the same queues; an SQLite file has one process at a time."""
        return self.engine.dialect.name != "sqlite"

    async def reachable(self) -> bool:
        """Whether the database answers."""
        try:
            async with self.read() as session:
                await session.execute(text("SELECT 1"))
        except Exception:  # whatever the driver raises: the answer is no
            return False
        return True

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def open_engine(url: str) -> AsyncEngine:
    """An engine whose transactions are real ones, tables' definitions included, on SQLite too."""
    engine = create_async_engine(url, hide_parameters=True)  # errors are logged; what citizens wrote is not
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _open_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _open_sqlite(connection: Any, _record: Any) -> None:
    """WAL lets readers work beside the writer; synchronous=FULL keeps what was acknowledged through a power cut."""
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_function("motcua_plain", 1, _plain, deterministic=True)


def _plain(text: str | None) -> str | None:
    return None if text is None else plain(text)


def _begin_sqlite(connection: Any) -> None:
    """A writer takes the lock at its start: a reader that turns writer half-way would fail at once with 'locked'."""
    writes = connection.get_execution_options().get("motcua_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(url: str) -> None:
    """Bring the tables up to the newest revision (blocking)."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite" and target.database:
        Path(target.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if asyncio.run(_revision(url)) == newest_revision():
        return
    from alembic import command  # noqa: PLC0415 (half a second of loading that most starts need not pay)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def newest_revision() -> str:
    """The number that the newest file of `migrations/versions` begins with."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("*.py"))


async def _revision(url: str) -> str | None:
    """The revision that the database says it has; none for a new one."""
    engine = open_engine(url)
    try:
        async with engine.connect() as connection:
            return str(await connection.scalar(text("SELECT version_num FROM alembic_version")))
    except (OperationalError, ProgrammingError):  # no such table
        return None
    finally:
        await engine.dispose()
