"""Local facts of a commune: address, hours, phone; one file each in `data/offices/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.knowledge import KnowledgeError

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Office(BaseModel):
    """A commune's one-stop centre as a citizen needs it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line  # "xã Ví Dụ", as it stands inside a sentence
    center: Line
    address: Line
    hours: list[Line]
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
