"""Structured logs: one JSON object a line. Callers log ids and kinds, never words or numbers of a person."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

# These log whole URLs (Telegram's contain the token) or the values of SQL statements.
_TALKATIVE = ("httpx", "httpcore", "telegram", "uvicorn.access", "alembic", "aiosqlite", "sqlalchemy")


def set_up_logs(level: str) -> None:
    """Send all logs of the process, libraries included, through one JSON formatter."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _Formatter(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "timestamp", "levelname": "level", "message": "event"},
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn says everything once more in colour
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Formatter(JsonFormatter):
    """Times in UTC; of an error its kind and where it was raised, not its words: they may be a citizen's."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        kind, error, _ = ei
        if kind is None or error is None:
            return ""
        frames = traceback.extract_tb(error.__traceback__)
        return " < ".join([kind.__name__, *(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))])
