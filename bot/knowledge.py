"""What the bot knows: one entry a topic, read from `data/knowledge/*.yml`, one file a field of public service.

A bad file stops the start with one sentence that names file, entry and field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

Aspect = Literal[
    "overview", "documents", "steps", "fee", "time", "where", "who", "online", "result", "legal", "trouble"
]
Kind = Literal["procedure", "account", "payment", "portal", "trouble", "information"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# An id is an intent's name, a deep link's payload (Telegram: A-Z a-z 0-9 _ -, at most 64) and part of a button's.
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=44)]


class KnowledgeError(Exception):
    """The knowledge cannot be used as it is; the message names file, entry and field."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Where a fact was read. `date` is as exact as the source: "2026", "2026-07" or "2026-07-18"."""

    title: Text
    url: str | None = None
    date: str | None = None


class Documents(_Strict):
    """Papers: to show at the counter (`xuat_trinh`), to hand in (`nop`), to have at hand (`chuan_bi`)."""

    xuat_trinh: list[Text] = []
    nop: list[Text] = []
    chuan_bi: list[Text] = []


class DatedNote(_Strict):
    """A sentence that belongs to one aspect and is true between two dates only (both included)."""

    aspect: Aspect
    text: Text
    valid_from: date | None = None
    valid_until: date | None = None
    see: Id | None = None


class Entry(_Strict):
    """One topic. `family` is the id of the entry that answers when only the family is sure."""

    id: Id
    title: Text
    label: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    kind: Kind
    family: Id
    code: str | None = None
    who: str = ""
    short_answer: Text
    documents: Documents = Documents()
    steps: list[Text] = []
    steps_online: list[Text] = []
    steps_in_person: list[Text] = []
    fee: str = ""
    time_limit: str = ""
    where: str = ""
    result: str = ""
    warnings: list[Text] = []
    changed: list[Text] = []
    legal_basis: list[Text] = []
    dated_notes: list[DatedNote] = []
    related: list[Id] = []
    confidence: Literal["cao", "vừa", "thấp"]
    checked: date
    valid_from: date | None = None
    valid_until: date | None = None
    sources: Annotated[list[Source], Field(min_length=1)]

    def current(self, today: date) -> bool:
        """Whether the entry may be served as what holds today."""
        return in_force(self.valid_from, self.valid_until, today)

    def notes(self, aspect: Aspect, today: date) -> list[DatedNote]:
        """The dated notes of an aspect that hold today."""
        return [
            note
            for note in self.dated_notes
            if note.aspect == aspect and in_force(note.valid_from, note.valid_until, today)
        ]

    @property
    def source(self) -> Source:
        """The source to show: a state body's page before any other page, a page before a store of code."""
        with_url = [source for source in self.sources if source.url]
        official = [source for source in with_url if ".gov.vn" in (source.url or "")]
        readable = [source for source in with_url if "//github.com" not in (source.url or "")]
        return (official or readable or with_url or self.sources)[0]


class Topics(_Strict):
    """One file of `data/knowledge/`: a field of public service and its entries, in the order of its menu."""

    field: Id
    title: Annotated[str, StringConstraints(min_length=1, max_length=64)]  # also a button's label
    order: int
    entries: list[Entry]

    @model_validator(mode="after")
    def _has_entries(self) -> Topics:
        if not self.entries:
            raise ValueError("a field needs at least one entry")
        return self


def in_force(start: date | None, end: date | None, today: date) -> bool:
    """Whether a day lies between two dates, both included; a missing date is open."""
    return (start is None or start <= today) and (end is None or today <= end)


class Knowledge:
    """All entries, looked up by id, by field and by family."""

    def __init__(self, fields: Iterable[Topics]) -> None:
        self.fields = sorted(fields, key=lambda topics: topics.order)
        self._entries = {entry.id: entry for topics in self.fields for entry in topics.entries}
        self._fields = {entry.id: topics for topics in self.fields for entry in topics.entries}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, topic: str) -> Entry | None:
        """The entry of a topic."""
        return self._entries.get(topic)

    def field(self, name: str) -> Topics | None:
        """A field by its name."""
        return next((topics for topics in self.fields if topics.field == name), None)

    def field_of(self, topic: str) -> Topics | None:
        """The field that a topic belongs to."""
        return self._fields.get(topic)

    def family_of(self, topic: str) -> str:
        """The family of a topic; the topic itself when it is unknown."""
        entry = self.get(topic)
        return entry.family if entry else topic

    def siblings(self, entry: Entry) -> list[Entry]:
        """The other entries of the family, its main entry first."""
        family = [other for other in self if other.family == entry.family and other.id != entry.id]
        return sorted(family, key=lambda other: other.id != entry.family)

    def related(self, entry: Entry) -> list[Entry]:
        """Entries useful as a next question."""
        return [other for other in map(self.get, entry.related) if other]


def load_knowledge(folder: Path) -> Knowledge:
    """Read every file of the folder; `KnowledgeError` names what is wrong and where."""
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise KnowledgeError(f"no knowledge in {folder}: expected files named <field>.yml")
    fields = [_read(file) for file in files]
    knowledge = Knowledge(fields)
    _check_ids(files, fields)
    _check_links(knowledge)
    return knowledge


def _read(file: Path) -> Topics:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: not UTF-8, or a date like 2026-02-30
        raise KnowledgeError(f"{file.name}: not readable as YAML: {error}") from error
    try:
        return Topics.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(_where(content, problem["loc"], problem["msg"]) for problem in error.errors())
        raise KnowledgeError(f"{file.name}: {problems}") from error


def _where(content: object, place: tuple[int | str, ...], problem: str) -> str:
    """'entry khai-sinh, field fee: …' rather than a path of numbers."""
    if len(place) >= 2 and place[0] == "entries" and isinstance(content, dict):
        entry = content["entries"][place[1]]
        name = entry.get("id", f"number {place[1]}") if isinstance(entry, dict) else f"number {place[1]}"
        return f"entry {name}, field {'.'.join(map(str, place[2:])) or '(whole)'}: {problem}"
    return f"field {'.'.join(map(str, place)) or '(whole)'}: {problem}"


def _check_ids(files: list[Path], fields: list[Topics]) -> None:
    seen: dict[str, str] = {}
    for file, topics in zip(files, fields, strict=True):
        if topics.field != file.stem:
            raise KnowledgeError(f"{file.name}: field: is {topics.field!r}, the file's name says {file.stem!r}")
        for entry in topics.entries:
            if entry.id in seen:
                raise KnowledgeError(f"{file.name}: entry {entry.id}, field id: is already in {seen[entry.id]}")
            seen[entry.id] = file.name


def _check_links(knowledge: Knowledge) -> None:
    """A family's main entry must exist and lead its own family; a dead `related` id is only reported."""
    for entry in knowledge:
        main = knowledge.get(entry.family)
        if main is None or main.family != main.id:
            raise KnowledgeError(f"entry {entry.id}, field family: {entry.family!r} is not the main entry of a family")
