"""The rooms and their doors: who may import whom, and that nothing goes in a circle."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT

ROOMS = ("nlu", "bot", "actions", "api")
FILES = [file for room in ROOMS for file in (ROOT / room).rglob("*.py") if ".venv" not in file.parts]


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(file): file for file in FILES}


def imports(file: Path, *, at_load: bool = False) -> Iterator[str]:
    """Modules a file imports; with `at_load` only what is imported when it is loaded."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body if at_load else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        name: {other for other in imports(file, at_load=True) if other in MODULES} for name, file in MODULES.items()
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path, name))
        if name not in done:
            for other in graph[name]:
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize(
    ("room", "closed"),
    [
        ("nlu", ("bot", "actions", "api", "fastapi", "sqlalchemy", "telegram", "yaml")),
        (
            "actions",
            ("api", "fastapi", "sqlalchemy", "telegram", "bot.channels", "bot.store", "bot.tables", "bot.desk.tables"),
        ),
        ("bot", ("api", "fastapi")),
        ("api", ("sqlalchemy", "bot.tables", "bot.desk.tables")),
        ("bot.channels", ("actions", "api", "fastapi", "bot.dialogue", "bot.worker")),
    ],
)
def test_a_room_keeps_its_doors_closed(room: str, closed: tuple[str, ...]) -> None:
    for name, file in MODULES.items():
        if name == room or name.startswith(f"{room}."):
            for other in imports(file):
                assert not any(other == door or other.startswith(f"{door}.") for door in closed), (
                    f"{name} imports {other}"
                )


def test_understanding_needs_underthesea_numpy_and_scipy_alone() -> None:
    allowed = {"nlu", "underthesea", "numpy", "scipy", *sys.stdlib_module_names}
    for name, file in MODULES.items():
        if name.startswith("nlu") and name != "nlu.components":
            assert {other.split(".")[0] for other in imports(file)} <= allowed, name


def test_modules_stay_small() -> None:
    assert statistics.median(len(file.read_text(encoding="utf-8").splitlines()) for file in FILES) < 150
