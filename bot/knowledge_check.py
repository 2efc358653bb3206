"""A report on the state of the knowledge, for whoever keeps it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from bot.knowledge import Entry, Knowledge

STALE_AFTER = timedelta(days=180)
_SOON = timedelta(days=60)


def report(knowledge: Knowledge, today: date) -> Iterator[str]:
    """The report, line by line."""
    kinds = Counter(entry.kind for entry in knowledge)
    sure = Counter(entry.confidence for entry in knowledge)
    yield f"{len(knowledge)} entries in {len(knowledge.fields)} fields"
    yield "by field: " + ", ".join(f"{topics.field} {len(topics.entries)}" for topics in knowledge.fields)
    yield "by kind: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    yield "by confidence: " + ", ".join(f"{level} {sure[level]}" for level in ("cao", "vừa", "thấp"))
    entries = list(knowledge)
    yield _listed("without a source on the web", [entry for entry in entries if entry.source.url is None])
    yield _listed("checked more than 180 days ago", [entry for entry in entries if today - entry.checked > STALE_AFTER])
    yield _listed("not current today", [entry for entry in entries if not entry.current(today)])
    yield _listed("ending within 60 days", [entry for entry in entries if _ends_soon(entry, today)])
    dead = [f"{entry.id} → {other}" for entry in entries for other in entry.related if knowledge.get(other) is None]
    notes = [f"{entry.id} → {note.see}" for entry in entries for note in entry.dated_notes if note.see]
    dead += [link for link in notes if knowledge.get(link.partition(" → ")[2]) is None]
    yield f"dead links: {len(dead)}" + "".join(f"\n  {link}" for link in dead)


def _ends_soon(entry: Entry, today: date) -> bool:
    return entry.valid_until is not None and today <= entry.valid_until <= today + _SOON


def _listed(what: str, entries: list[Entry]) -> str:
    return f"{what}: {len(entries)}" + "".join(f"\n  {entry.id}" for entry in entries)
