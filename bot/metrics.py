"""Figures for `/metrics`, all without anything about a person."""

from prometheus_client import Counter, Histogram

OUTCOMES = Counter("motcua_turns", "Handled messages by what became of them", ["channel", "outcome"])
EVENTS = Counter("motcua_events", "Events received, by channel and what was done with them", ["channel", "result"])
SENT = Counter("motcua_messages", "Replies by channel and delivery", ["channel", "delivery"])
TURN_SECONDS = Histogram("motcua_turn_seconds", "Time from claiming an event to its replies being stored")
