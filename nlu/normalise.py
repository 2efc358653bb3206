"""Bring what people type to one written form: one code point per letter, one place for a tone mark, no slang.

`normalise` is total (any string is fine) and idempotent; its result is lower case, single-spaced, NFC.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Dict

from nlu.typing_slips import decoded

# Old-style tone placement → the style of today's school books. Only in an open syllable: "hoà" moves, "hoàn" does not;
# the u of "qu" is part of the consonant, so "quý" stays.
_OPEN_SYLLABLES = {
    old: new
    for bases, accents in {
        ("o", "a"): (("oà", "òa"), ("oá", "óa"), ("oả", "ỏa"), ("oã", "õa"), ("oạ", "ọa")),
        ("o", "e"): (("oè", "òe"), ("oé", "óe"), ("oẻ", "ỏe"), ("oẽ", "õe"), ("oẹ", "ọe")),
        ("u", "y"): (("uỳ", "ùy"), ("uý", "úy"), ("uỷ", "ủy"), ("uỹ", "ũy"), ("uỵ", "ụy")),
    }.items()
    for old, new in accents
}
_TONE_PLACE = re.compile(r"(?<!q)(" + "|".join(_OPEN_SYLLABLES) + r")(?!\w)")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_TYPED_D = re.compile(r"\b(?:d{2,}|d9)(?=[^\W\d_])")
_KEPT = re.compile(r"[^\w\s.,/%-]|_")
_WORD = re.compile(r"\w+")
_LOOSE_PUNCTUATION = re.compile(r"(?<!\d)[.,/%-]|[.,/%-](?!\d)")


@lru_cache(maxsize=1)
def abbreviations() -> Dict[str, str]:
    """The project's own list: written form → meaning, both lower case."""
    lines = files("nlu").joinpath("abbreviations.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {short.strip(): meaning.strip() for short, meaning in pairs}


def normalise(text: str) -> str:
    """The one written form of a message."""
    text = unicodedata.normalize("NFC", text).lower()
    text = unicodedata.normalize("NFC", text)  # lower() can split a letter again ("İ")
    text = _KEPT.sub(" ", text)
    text = _LOOSE_PUNCTUATION.sub(" ", text)
    known = abbreviations()
    text = _WORD.sub(lambda match: _as_meant(match.group(), known), text)
    text = _TONE_PLACE.sub(lambda match: _OPEN_SYLLABLES[match.group()], text)
    text = _WORD.sub(lambda match: known.get(match.group(), match.group()), text)
    return " ".join(text.split())


def _as_meant(word: str, known: Dict[str, str]) -> str:
    """ "xinnnn" is "xin", "ddawng" is "đăng", "ddang" is "đang"; "cccd" is no slip."""
    if word in known:
        return word
    return _TYPED_D.sub("đ", decoded(_STRETCHED.sub(r"\1", word)))


def fold(text: str) -> str:
    """The text without any diacritics; đ becomes d (Unicode's own folding leaves it)."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def has_diacritics(text: str) -> bool:
    """Whether any Vietnamese diacritic is in the text."""
    return fold(text) != unicodedata.normalize("NFC", text)
