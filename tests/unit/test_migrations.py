"""The revisions lead to the tables that the code has, and back."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import bot.desk.tables  # noqa: F401 (its tables count too)
from bot.store import MIGRATIONS, migrate
from bot.tables import Table


def config(file: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = f"sqlite+aiosqlite:///{file}"
    return config


def indexes(file: Path) -> set[str]:
    """The indexes as they are written down, conditions included."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        return {re.sub(r'["\s]+', " ", sql) for (sql,) in rows}


def schema(file: Path) -> set[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {(table, *row[1:]) for table in tables for row in connection.execute(f"PRAGMA table_info({table})")}
    return columns | {(index,) for index in indexes(file)}


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    file = tmp_path / "motcua.db"
    migrate(f"sqlite+aiosqlite:///{file}")
    return file


def test_the_revisions_lead_to_the_tables_of_the_code(migrated: Path) -> None:
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()


def test_indexes_are_those_of_the_code_with_their_conditions(migrated: Path, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/made.db")
    Table.metadata.create_all(engine)
    engine.dispose()
    assert indexes(migrated) == indexes(tmp_path / "made.db")


def test_a_revision_taken_back_leaves_what_was_there_before(migrated: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.db"
    command.upgrade(config(first), "0001")
    command.downgrade(config(migrated), "0001")
    assert schema(migrated) == schema(first)
    command.upgrade(config(migrated), "head")
    assert any("ix_outbox_due" in index for index in indexes(migrated))
