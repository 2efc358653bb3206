"""Undo what an input method left behind: "ddawng kys" (Telex) and "d9ang ky1" (VNI) are both "đăng ký".

Only a word that is no Vietnamese syllable as it stands, and is one when decoded, is touched: "app", "ct07" stay.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Dict, Optional, Tuple

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()
# Rimes with their hats and horns but without tones.
_RIMES = """a ac ach ai am an ang anh ao ap at au ay ă ăc ăm ăn ăng ăp ăt â âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong op ot
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn
uông uôt up ut uy uya uych uyên uyêt uynh uyt uyu uơ ư ưa ưc ưi ưm ưn ưng ưt ươc ươi ươm ươn ương ươp ươt ươu
y yêm yên yêng yêt yêu""".split()
_SYLLABLE = re.compile(rf"(?P<onset>{'|'.join(sorted(_ONSETS, key=len, reverse=True))})?(?P<rime>{'|'.join(_RIMES)})")
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_TELEX_LETTERS = (
    ("dd", "đ"),
    ("uow", "ươ"),
    ("aa", "â"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("aw", "ă"),
    ("ow", "ơ"),
    ("uw", "ư"),
)
_VNI_LETTERS = (
    ("d9", "đ"),
    ("uo7", "ươ"),
    ("u7o7", "ươ"),
    ("a6", "â"),
    ("e6", "ê"),
    ("o6", "ô"),
    ("a8", "ă"),
    ("o7", "ơ"),
    ("u7", "ư"),
)
_MARKED = "ăâêôơư"


@lru_cache(maxsize=20_000)
def decoded(word: str) -> str:
    """The syllable that was meant, or the word itself. Lower case in, lower case out."""
    if len(word) < 3 or not word.isascii() or not word.isalnum() or _is_syllable(word):
        return word
    if any(char.isdigit() for char in word):
        found = _decode(word, _VNI_LETTERS, _VNI_TONES)
    else:
        found = _decode(word, _TELEX_LETTERS, _TELEX_TONES)
    return found or word


def _decode(word: str, letters: Tuple[Tuple[str, str], ...], tones: Dict[str, str]) -> Optional[str]:
    """Try the word with no tone, and with each place where a tone's key could have been pressed after a vowel."""
    candidates = [(word, "")]
    for place in range(2, len(word)):
        if word[place] in tones and re.search("[aeiouy]", word[:place]):
            candidates.append((word[:place] + word[place + 1 :], tones[word[place]]))
    for typed, tone in candidates:
        plain = typed
        for keys, letter in letters:
            plain = plain.replace(keys, letter)
        if _is_syllable(plain) and (tone or not plain.isascii()):
            return _with_tone(plain, tone)
    return None


def _is_syllable(word: str) -> bool:
    return _SYLLABLE.fullmatch(word) is not None


def _with_tone(syllable: str, tone: str) -> str:
    """Put the tone where it is written today: on the marked vowel, else "hòa", "hoàn", "mía"."""
    match = _SYLLABLE.fullmatch(syllable)
    if match is None or not tone:
        return syllable
    rime, start = match["rime"], match.start("rime")
    vowels = re.match("[aeiouyăâêôơư]+", rime)
    assert vowels  # noqa: S101 (every rime begins with a vowel)
    marked = [place for place, letter in enumerate(vowels.group()) if letter in _MARKED]
    if marked:
        place = marked[-1]
    elif len(rime) > vowels.end():
        place = vowels.end() - 1
    else:
        place = 1 if vowels.end() == 3 else 0
    at = start + place + 1
    return unicodedata.normalize("NFC", syllable[:at] + tone + syllable[at:])
