"""What cannot wait for an officer: fire, drowning, a fight. Data: `data/reports/emergency.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.desk.taking.hearing import Heard, Phrase
from bot.knowledge import KnowledgeError
from bot.messages import Reply

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Number = Annotated[str, StringConstraints(pattern=r"^\d{3}$")]
_SHORT = 6  # words; whoever writes no more than these has no time
_LONG = 25  # words; nobody cries out a story


class Emergency(BaseModel):
    """One kind: whom to call, what to do until they come, what people call it, and what only sounds like it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Line
    name: Line
    numbers: tuple[Number, ...] = Field(min_length=1)
    advice: Line
    words: tuple[Line, ...] = Field(min_length=1)
    unless: tuple[Line, ...] = ()


class _List(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fading: tuple[Line, ...]
    questions: tuple[Line, ...]
    urgent: tuple[Line, ...]
    emergencies: tuple[Emergency, ...]


def call_first(emergency: Emergency) -> Reply:
    """The number to call, before anything else."""
    numbers = " hoặc ".join(emergency.numbers)
    text = f"{emergency.advice}\n\nTin nhắn này không tới ngay người cứu giúp: bà con gọi số trên trước đã ạ."
    return Reply(heading=f"Nếu đang xảy ra {emergency.name}: gọi ngay {numbers}", text=text)


class Emergencies:
    """All kinds, ready to be heard."""

    def __init__(self, listed: _List) -> None:
        self.listed = listed.emergencies
        self._said = {one.id: tuple(map(Phrase.of, one.words)) for one in listed.emergencies}
        self._unless = {one.id: tuple(map(Phrase.of, one.unless)) for one in listed.emergencies}
        self._fading = tuple(map(Phrase.of, listed.fading))
        self._questions = tuple(map(Phrase.of, listed.questions))
        self._urgent = tuple(map(Phrase.of, listed.urgent))

    def told(self, text: str) -> Emergency | None:
        """What a report tells of; not what is over, feared or only looks like it."""
        heard = Heard.of(text)
        return next((one for one in self.listed if self._tells(heard, one)), None)

    def happening(self, text: str) -> Emergency | None:
        """What somebody cries out, in whatever they write: neither a question nor a story."""
        heard = Heard.of(text)
        if len(heard.words) > _LONG or any(heard.find(question) for question in self._questions):
            return None
        in_haste = len(heard.words) <= _SHORT or any(heard.find(word) for word in self._urgent)
        return self.told(text) if in_haste else None

    def _tells(self, heard: Heard, emergency: Emergency) -> bool:
        left = heard.without(self._unless[emergency.id])
        found = [place for said in self._said[emergency.id] if (place := left.find(said)) and _counts(left, said)]
        return bool(found) and not any(self._fades(left, start) for start, _ in found)

    def _fades(self, heard: Heard, start: int) -> bool:
        """Whether it is said to be over or only feared: before it, within a few words, or anywhere as a day."""
        before = Heard(heard.words[max(0, start - 3) : start], heard.bare[max(0, start - 3) : start], heard.accented)
        days = [word for word in self._fading if len(word.words) > 1 and word.words[-1] in ("qua", "trước", "kia")]
        return any(before.find(word) for word in self._fading) or any(heard.find(day) for day in days)


def _counts(heard: Heard, said: Phrase) -> bool:
    """A single word must be the very word: without diacritics it may be another."""
    return len(said.words) > 1 or said.words[0] in heard.words


def load_emergencies(file: Path) -> Emergencies:
    """Read the list; a bad file is a `KnowledgeError` naming file and field."""
    try:
        return Emergencies(_List.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise KnowledgeError(f"{file.name}: not readable as YAML: {error}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"])) or "(whole)"
        raise KnowledgeError(f"{file.name}: field {place}: {problem['msg']}") from error
