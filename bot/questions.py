"""Find the questions in a message: people tell a story and then ask, often two things at once.

A question is told by its words, not by a question mark, which few people type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.normalise import fold, normalise

_ENDS = re.compile(r"(?<=[.?!;\n])\s+|[?!;\n]+")
_JOINTS = re.compile(r",?\s+(?:và|va|với lại|voi lai|đồng thời|dong thoi)\s+|,", re.I)
# Without diacritics. "khong" asks only at the end: elsewhere it denies; "chua" likewise.
_ASKING = re.compile(
    r"\b(?:gi|dau|nao|sao|may (?:ngay|tuan|thang|gio|tien|nam|bua|lan)|bao nhieu|bao lau|the nao|khi nao|lam sao|ra sao"
    r"|ai|nhu the nao|het nhieu khong|co .+ khong|duoc khong|bi gi|huong dan|cach)\b"
)
_ASKING_AT_THE_END = re.compile(r"\b(?:khong|chua|ha|nhi|vay|the|a|day)$")
_FEWEST_WORDS = 2
_MOST = 4


def questions_in(text: str) -> list[str]:
    """The parts of a message that ask something, in order; a message with one question or none gives at most one."""
    return list(_asking(text))[:_MOST]


def _asking(text: str) -> Iterator[str]:
    for sentence in _ENDS.split(text):
        if not sentence or not asks(sentence):
            continue
        parts = [part for part in _JOINTS.split(sentence) if len(part.split()) >= _FEWEST_WORDS]
        asking = [part for part in parts if asks(part)]
        if len(asking) > 1:
            yield from _with_what_leads_to_it(parts)
        else:
            yield sentence.strip()


def _with_what_leads_to_it(parts: list[str]) -> Iterator[str]:
    """Each question together with the clauses told before it ("con tôi 3 tuổi, làm khai sinh cần gì")."""
    told: list[str] = []
    for part in parts:
        told.append(part.strip())
        if asks(part):
            yield " ".join(told)
            told = []


def asks(part: str) -> bool:
    """Whether somebody who reads this would have to answer."""
    plain = fold(normalise(part))
    return bool(_ASKING.search(plain) or _ASKING_AT_THE_END.search(plain))
