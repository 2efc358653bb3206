"""Every setting, command, route and channel is in the docs, and their links lead somewhere."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

import pytest
import typer
from fastapi.routing import Mount
from pydantic_settings import BaseSettings

import bot.channels
from api.app import create_app
from api.cli import app
from bot.service import Service
from bot.settings import ROOT, Settings

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
CHANNELS = [folder.name for folder in pkgutil.iter_modules(bot.channels.__path__) if folder.ispkg]


@cache
def documented(page: str) -> frozenset[str]:
    """Whatever a page sets in code style, in tables or in sentences."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return frozenset(re.findall(r"`([^`\n]+)`", text))


def settings() -> Iterator[str]:
    yield from names(Settings)
    for channel in CHANNELS:
        if (Path(bot.channels.__path__[0]) / channel / "settings.py").exists():
            module = importlib.import_module(f"bot.channels.{channel}.settings")
            for kind in vars(module).values():
                if isinstance(kind, type) and issubclass(kind, BaseSettings) and kind.__module__ == module.__name__:
                    yield from names(kind)


def names(kind: type[BaseSettings]) -> Iterator[str]:
    return (f"{kind.model_config['env_prefix']}{field}".upper() for field in kind.model_fields)


def commands() -> Iterator[str]:
    return _leaves("motcua", typer.main.get_command(app))


def _leaves(name: str, command: object) -> Iterator[str]:
    """Full names; a group of commands is its commands."""
    below = getattr(command, "commands", None)
    if below is None:
        yield name
        return
    for part, child in below.items():
        yield from _leaves(f"{name} {part}", child)


def routes() -> Iterator[str]:
    web = create_app(cast(Service, None))  # the routes need no running bot
    for path, methods in web.openapi()["paths"].items():
        # The address of the consoles' probe has a parameter that the function does not read, hence the underscore.
        yield from (f"{method.upper()} {path.replace('{_', '{')}" for method in methods)
    yield f"GET {web.openapi_url}"
    yield from (f"GET {route.path}/…" for route in web.routes if isinstance(route, Mount))


@pytest.mark.parametrize("name", list(settings()))
def test_setting_is_documented(name: str) -> None:
    assert name in documented("settings.md"), f"docs/settings.md does not tell what {name} is"


@pytest.mark.parametrize("name", list(settings()))
def test_setting_is_not_told_twice(name: str) -> None:
    rows = re.findall(rf"^\| `{name}` \|", (DOCS / "settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 1, f"docs/settings.md has {len(rows)} rows for {name}"


@pytest.mark.parametrize("name", list(commands()))
def test_command_is_documented(name: str) -> None:
    assert name in documented("settings.md"), f"docs/settings.md does not tell what `{name}` does"


@pytest.mark.parametrize("route", list(routes()))
def test_route_is_documented(route: str) -> None:
    assert route in documented("http.md"), f"docs/http.md does not tell what {route} answers"


@pytest.mark.parametrize("channel", CHANNELS)
def test_channel_has_a_page(channel: str) -> None:
    assert (DOCS / "channels" / f"{channel}.md").exists(), f"docs/channels/{channel}.md does not exist"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_lead_to_files(page: Path) -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    dead = [target for target in linked if not (page.parent / target).exists()]
    assert not dead, f"{page.relative_to(ROOT)} links to files that do not exist: {dead}"
