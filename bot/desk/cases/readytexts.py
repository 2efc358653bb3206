"""Ready texts for officers: polite words with blanks such as "[ngày …]". Data: `data/reports/templates.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from bot.desk.life import Move
from bot.knowledge import KnowledgeError


class ReadyText(BaseModel):
    """One text; `moves` are those whose form offers it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$")]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]
    moves: tuple[Move, ...] = Field(min_length=1)
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=1000)]


_FORM = TypeAdapter(tuple[ReadyText, ...])


def load_ready_texts(file: Path) -> tuple[ReadyText, ...]:
    """Read the texts; a bad file is a `KnowledgeError` naming file and field."""
    try:
        texts = _FORM.validate_python(yaml.safe_load(file.read_text(encoding="utf-8"))["texts"])
    except (yaml.YAMLError, UnicodeDecodeError, OSError, KeyError, TypeError) as error:
        raise KnowledgeError(f"{file.name}: expected a list texts: {error}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        raise KnowledgeError(f"{file.name}: field {'.'.join(map(str, problem['loc']))}: {problem['msg']}") from error
    if len({one.id for one in texts}) < len(texts):
        raise KnowledgeError(f"{file.name}: an id is there twice")
    return texts
