"""Structured logs: one JSON object a line. Callers log ids and kinds, never words or numbers of a person."""

from __future__ import annotations

import logging

import structlog


def set_up_logs(level: str) -> None:
    """Send all logs of the process, libraries included, through one JSON renderer."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=renderer))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # These log whole URLs, and Telegram's contain the token.
    for noisy in ("httpx", "httpcore", "telegram", "uvicorn.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
