"""A report that somebody is still writing. It lives in the conversation's talk: nothing of it is sent or shown."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.messages import Place

LIVES = 7 * 24 * 3600.0  # seconds after the last word to it; a job deletes photos that are older still
MOST_WORDS = 4000  # characters
MOST_PHOTOS = 5
Step = Literal["words", "category", "place", "old-place", "alike", "photos", "name", "reporter", "check"]


class Draft(BaseModel):
    """What is known so far, and the question that is open (`step`).

    `fixing` is what the person wants to say anew. `guessed` and `found` mark a category and a place that we took from
    the words. `renamed` is the new commune of an old ward in `place`, to be confirmed. `alike` is the code of a report
    that is offered to follow instead, `compared` what was looked for. `warned`: the number to call was given. `other`
    holds the words of another report that came while this one lay open.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    step: Step = "words"
    fixing: Step | None = None
    words: str = ""
    category: str = ""
    guessed: bool = False
    place: str = ""
    found: bool = False
    point: Place | None = None
    placed: bool = False
    renamed: str = ""
    photos: tuple[str, ...] = ()
    photos_done: bool = False
    named: bool | None = None
    reporter: str = ""
    warned: bool = False
    alike: str = ""
    compared: str = ""
    other: str = ""
    touched_at: float = 0.0

    def missing(self) -> Step:
        """What is to be asked next; "check" when it is complete."""
        if self.fixing:
            return self.fixing
        gaps: tuple[tuple[Step, bool], ...] = (
            ("words", not self.words),
            ("category", not self.category),
            ("place", not self.placed),
            ("old-place", bool(self.renamed)),
            ("alike", bool(self.alike)),
            ("photos", not self.photos and not self.photos_done),
            ("name", self.named is None),
            ("reporter", bool(self.named) and not self.reporter),
        )
        return next((step for step, gap in gaps if gap), "check")

    def with_words(self, words: str) -> Draft | None:
        """With further words; none when it would be too much."""
        together = "\n".join(filter(None, (self.words, words.strip())))
        return self.model_copy(update={"words": together}) if len(together) <= MOST_WORDS else None

    def fixed(self, **known: object) -> Draft:
        """With something said, so that nothing is being said anew any more."""
        return self.model_copy(update={**known, "fixing": None})

    def empty(self) -> bool:
        """Whether nothing was said or shown yet."""
        return not (self.words or self.photos or self.point)

    def expired(self, now: float) -> bool:
        """Whether it lay too long."""
        return now - self.touched_at > LIVES


class Errand(BaseModel):
    """What somebody is doing with a report that they sent: which one, what they said so far, and when that was."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    words: str = ""
    photos: tuple[str, ...] = ()
    stars: int = 0
    at: float = 0.0
