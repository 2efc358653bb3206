"""Alembic's entry: run the revisions over the application's own async driver."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from bot.desk import tables as _desk_tables  # noqa: F401 (its tables count too)
from bot.store import open_engine
from bot.tables import Table


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,  # a process killed half-way leaves the tables as they were
    )
    with context.begin_transaction():
        context.run_migrations()


async def _migrate() -> None:
    engine = open_engine(context.config.attributes["url"])
    async with engine.begin() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_migrate())
