"""Local facts of a commune: address, hours, phone; one file each in `data/offices/`."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from bot.knowledge import KnowledgeError

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _written(clock: object) -> object:
    """YAML reads an unquoted 7:30 as the number 450, which would be taken for seconds."""
    if not isinstance(clock, str | time):
        raise ValueError('write a time in quotes, such as "07:30"')
    return clock


Clock = Annotated[time, BeforeValidator(_written)]


class Opening(BaseModel):
    """When the centre is open: on days as they are counted in Vietnamese (2 is Monday, 8 Sunday), from when to when."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    days: tuple[Annotated[int, Field(ge=2, le=8)], ...] = Field(min_length=1)
    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Opening:
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("a time is Viet Nam's, without a zone")
        if self.start >= self.end:
            raise ValueError("it closes before it opens")
        return self


_USUAL = (
    Opening(days=(2, 3, 4, 5, 6), start=time(7, 30), end=time(11, 30)),
    Opening(days=(2, 3, 4, 5, 6), start=time(13, 30), end=time(17, 0)),
)


class Office(BaseModel):
    """A commune's one-stop centre as a citizen needs it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line  # "xã Ví Dụ", as it stands inside a sentence
    center: Line
    address: Line
    hours: list[Line]  # as people read them
    opening: tuple[Opening, ...] = Field(_USUAL, min_length=1)  # for deadlines and "somebody will be there at"
    phone: str = ""
    police: str = ""  # where căn cước and cư trú are done, when elsewhere
    map_url: str = ""
    note: str = ""


def office_of(offices: dict[str, Office], name: str) -> Office:
    """The office that the settings name."""
    if name not in offices:
        raise KnowledgeError(f"MOTCUA_OFFICE is {name!r}; data/offices/ has {', '.join(offices)}")
    return offices[name]


def load_offices(folder: Path) -> dict[str, Office]:
    """Every office by the name of its file; a bad file is a `KnowledgeError` naming file and field."""
    offices = {}
    for file in sorted(folder.glob("*.yml")):
        try:
            offices[file.stem] = Office.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise KnowledgeError(f"{file.name}: not readable as YAML: {error}") from error
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(map(str, problem["loc"])) or "(whole)"
            raise KnowledgeError(f"{file.name}: field {place}: {problem['msg']}") from error
    if not offices:
        raise KnowledgeError(f"no office in {folder}: expected files named <office>.yml")
    return offices
