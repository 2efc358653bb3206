"""Actions are found by being there; two for one thing are refused."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import actions
from bot.registry import load_actions


@pytest.fixture
def another_action(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file beside the package's own actions."""
    monkeypatch.setattr(actions, "__path__", [*actions.__path__, str(tmp_path)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.delitem(sys.modules, "actions.zz_new", raising=False)
    yield tmp_path / "zz_new.py"
    sys.modules.pop("actions.zz_new", None)


def test_every_kind_of_handler_is_found() -> None:
    found = load_actions()
    assert {"hoi", "lam", "buoc", "vuong", "dung", "menu", "linh-vuc", "bat-dau", "can-bo", "don-vi", "huy"} <= set(
        found.verbs
    )
    assert {"chao-hoi", "cam-on", "gap-can-bo", "nghi-lua-dao", "gui-phan-anh"} <= set(found.intents)
    assert "vuong" in found.awaits
    assert {"tiep", "quay lai", "dung"} <= set(found.phrases)


def test_a_new_file_is_a_new_action(another_action: Path) -> None:
    another_action.write_text("from bot.turn import Action\naction = Action(verbs={'moi': lambda turn: None})\n")
    assert "moi" in load_actions().verbs


def test_a_file_without_an_action_is_let_be(another_action: Path) -> None:
    another_action.write_text("action = 'none'\n")
    assert "hoi" in load_actions().verbs


@pytest.mark.parametrize(
    ("table", "key"), [("verbs", "hoi"), ("intents", "cam-on"), ("awaits", "vuong"), ("phrases", "menu")]
)
def test_two_actions_for_one_thing_are_refused(another_action: Path, table: str, key: str) -> None:
    another_action.write_text(f"from bot.turn import Action\naction = Action({table}={{{key!r}: lambda turn: None}})\n")
    with pytest.raises(ValueError, match=rf"actions/zz_new\.py: {table} \['{key}'\] already have a handler"):
        load_actions()
