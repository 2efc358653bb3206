"""Other bodies that reports can be forwarded to, and how they are reached. Data: `data/reports/bodies.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.knowledge import KnowledgeError

_HERE = ("127.0.0.1", "localhost", "::1")
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(pattern=r"^\S{1,100}$")]
# No character that has a meaning in a header, so that an address can never become a second one.
Email = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+$")]


def _safe_address(url: str) -> str:
    """An https address; plain http only on this machine."""
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("expected an address such as https://example.vn/open311/v2")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise ValueError("must begin with https://")
    return url.rstrip("/")


class Open311Server(BaseModel):
    """A GeoReport v2 server.

    `key` names our API key in MOTCUA_OPEN311_KEYS; `services` gives its service_code for a category of ours, `other`
    the one for the rest. What has no code is not sent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_safe_address)]
    key: str = ""
    jurisdiction: str = ""
    services: Mapping[str, Word] = Field(default_factory=dict)
    other: str = ""

    def code_for(self, category: str) -> str:
        """Its service_code for a category of ours; empty when it takes none such."""
        return self.services.get(category, self.other)


class Body(BaseModel):
    """Who answers for something: named as in `categories.yml`. Each way that is given is used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    email: Email | None = None
    open311: Open311Server | None = None


class Bodies:
    """All bodies that can be reached."""

    def __init__(self, bodies: tuple[Body, ...] = ()) -> None:
        self._by_name: Mapping[str, Body] = {_plain(body.name): body for body in bodies}

    def __iter__(self) -> Iterator[Body]:
        return iter(self._by_name.values())

    def get(self, name: str) -> Body | None:
        """One by its name, however it is spaced and cased."""
        return self._by_name.get(_plain(name))


def load_bodies(file: Path) -> Bodies:
    """Read the list; none when there is no file; a bad file is a `KnowledgeError` naming file and field."""
    if not file.exists():
        return Bodies()
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        bodies = tuple(Body.model_validate(body) for body in content["bodies"] or ())
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise KnowledgeError(f"{file.name}: not readable as YAML: {error}") from error
    except (KeyError, TypeError) as error:
        raise KnowledgeError(f"{file.name}: has no list bodies") from error
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"])) or "(whole)"
        raise KnowledgeError(f"{file.name}: field {place}: {problem['msg']}") from error
    names = [_plain(body.name) for body in bodies]
    if twice := {name for name in names if names.count(name) > 1}:
        raise KnowledgeError(f"{file.name}: {sorted(twice)} twice")
    return Bodies(bodies)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
