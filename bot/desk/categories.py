"""What can be reported: two levels, with the body that answers for each. Data: `data/reports/categories.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.desk.outside.bodies import Bodies, load_bodies
from bot.knowledge import KnowledgeError

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$")]


class Category(BaseModel):
    """One kind of problem.

    `body` answers for it; `ours` says whether that is the commune itself; `answer_days` are working days;
    `words` are what people call it, for guessing; `email` or `open311` of the body where reports can be forwarded.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Slug
    name: Annotated[Line, StringConstraints(max_length=40)]
    body: Line
    ours: bool = True
    answer_days: int = Field(5, ge=1, le=60)
    words: tuple[Line, ...] = ()
    email: str = ""


class Group(BaseModel):
    """The upper level."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Slug
    name: Annotated[Line, StringConstraints(max_length=40)]
    categories: tuple[Category, ...] = Field(min_length=1)


class Categories:
    """All kinds of problems, by group, and how the bodies that answer for them are reached."""

    def __init__(self, groups: tuple[Group, ...], bodies: Bodies | None = None) -> None:
        self.groups = groups
        self.bodies = bodies or Bodies()
        self._by_id: Mapping[str, Category] = {one.id: one for one in self}

    def __iter__(self) -> Iterator[Category]:
        return (category for group in self.groups for category in group.categories)

    def get(self, category: str) -> Category | None:
        """One kind by its id."""
        return self._by_id.get(category)

    def name(self, category: str) -> str:
        """Its name; the id itself for one that is no longer listed."""
        known = self.get(category)
        return known.name if known else category

    def group_of(self, category: str) -> Group | None:
        """The upper level of a kind."""
        return next((group for group in self.groups if any(one.id == category for one in group.categories)), None)


def load_categories(file: Path) -> Categories:
    """Read the list, and `bodies.yml` beside it; a bad file is a `KnowledgeError` naming file and field."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        groups = tuple(Group.model_validate(group) for group in content["groups"])
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise KnowledgeError(f"{file.name}: not readable as YAML: {error}") from error
    except (KeyError, TypeError) as error:
        raise KnowledgeError(f"{file.name}: has no list groups") from error
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"])) or "(whole)"
        raise KnowledgeError(f"{file.name}: field {place}: {problem['msg']}") from error
    ids = [one.id for group in groups for one in group.categories]
    if twice := {one for one in ids if ids.count(one) > 1}:
        raise KnowledgeError(f"{file.name}: {sorted(twice)} twice")
    return Categories(groups, load_bodies(file.with_name("bodies.yml")))
