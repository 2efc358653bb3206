"""`motcua peer`: keys are printed once, kept as hashes, and taken away again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "motcua.db"
    monkeypatch.setenv("MOTCUA_DATABASE_URL", f"sqlite+aiosqlite:///{file}")
    return file


def peer(*words: str) -> Result:
    return CliRunner().invoke(app, ["peer", *words])


class TestPeer:
    def test_a_key_is_printed_once_and_only_its_hash_is_kept(self, database: Path) -> None:
        key = peer("add", "Cổng tỉnh").stdout.strip()
        assert len(key) >= 40
        assert "Cổng tỉnh" in peer("list").stdout
        with closing(sqlite3.connect(database)) as connection:
            kept = "\n".join(connection.iterdump())
        assert "Cổng tỉnh" in kept
        assert key not in kept

    def test_a_name_has_one_key(self, database: Path) -> None:
        peer("add", "Cổng tỉnh")
        again = peer("add", "Cổng tỉnh")
        assert again.exit_code == 1
        assert "has a key already" in again.stderr

    def test_it_is_taken_away(self, database: Path) -> None:
        peer("add", "Cổng tỉnh")
        assert peer("remove", "Cổng tỉnh").exit_code == 0
        assert "Cổng tỉnh" not in peer("list").stdout
        assert peer("remove", "Cổng tỉnh").exit_code == 1

    def test_an_office_that_there_is_not_is_told(self, database: Path) -> None:
        assert peer("add", "Cổng tỉnh", "--office", "xa-khac").exit_code == 1
