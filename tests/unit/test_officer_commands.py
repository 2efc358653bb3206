"""`motcua officer`, as whoever installs the bot uses it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_VAR", str(tmp_path))
    monkeypatch.setenv("MOTCUA_DATABASE_URL", "")


def motcua(*words: str, told: str = "") -> Result:
    return CliRunner().invoke(app, ["officer", *words], input=told)


def test_an_officer_is_added_with_a_password_that_is_shown_once() -> None:
    added = motcua("add", "lan", "--name", "Nguyễn Thị Lan", "--role", "quan-tri")
    assert added.exit_code == 0
    assert re.search(r"Mật khẩu dùng một lần: [a-z0-9]{5}(-[a-z0-9]{5}){2}\n", added.output)
    listed = motcua("list")
    assert "Nguyễn Thị Lan" in listed.output
    assert "Mật khẩu" not in listed.output


def test_a_password_that_was_asked_for_is_not_shown() -> None:
    secret = "mot-mat-khau-rieng"
    added = motcua("add", "lan", "--name", "Lan", "--ask", told=f"{secret}\n{secret}\n")
    assert added.exit_code == 0
    assert secret not in added.output
    assert motcua("password", "lan", "--ask", told="ngan\nngan\n").exit_code == 1


def test_what_is_wrong_is_said_in_one_sentence() -> None:
    motcua("add", "lan", "--name", "Nguyễn Thị Lan")
    for words in (
        ("add", "lan", "--name", "Người Khác"),
        ("add", "A B", "--name", "Người Khác"),
        ("add", "hai", "--name", "Hai", "--office", "khong-co-xa-nay"),
        ("disable", "khong-co"),
        ("password", "khong-co"),
    ):
        refused = motcua(*words)
        assert refused.exit_code == 1, words
        assert refused.output.startswith("motcua: ")
        assert "Traceback" not in refused.output


def test_a_closed_account_is_listed_as_closed() -> None:
    motcua("add", "lan", "--name", "Nguyễn Thị Lan")
    assert motcua("disable", "lan").exit_code == 0
    assert "đã khóa" in motcua("list").output
