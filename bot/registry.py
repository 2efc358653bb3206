"""Find the actions: every module in `actions/` that has an `action`. A new action is a new file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass

import actions
from bot.turn import Action, Handler


@dataclass(frozen=True)
class Actions:
    """Who handles which payload verb, dialogue intent, awaited answer, kind of message and spoken phrase."""

    verbs: Mapping[str, Handler]
    intents: Mapping[str, Handler]
    awaits: Mapping[str, Handler]
    kinds: Mapping[str, Handler]
    phrases: Mapping[str, Handler]
    catches: tuple[Handler, ...] = ()


def load_actions() -> Actions:
    """Collect all actions; two for the same thing are a programming error."""
    tables: dict[str, dict[str, Handler]] = {"verbs": {}, "intents": {}, "awaits": {}, "kinds": {}, "phrases": {}}
    catches: list[Handler] = []
    for module in pkgutil.iter_modules(actions.__path__):
        action = getattr(importlib.import_module(f"actions.{module.name}"), "action", None)
        if not isinstance(action, Action):
            continue
        for table, known in tables.items():
            offered: Mapping[str, Handler] = getattr(action, table)
            if twice := known.keys() & offered.keys():
                raise ValueError(f"actions/{module.name}.py: {table} {sorted(twice)} already have a handler")
            known.update(offered)
        catches.extend(action.catches)
    return Actions(**tables, catches=tuple(catches))
