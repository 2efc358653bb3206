"""What a benchmark found out about one thing."""

from __future__ import annotations

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """Milliseconds each time: median and 95th percentile."""

    what: str
    median: float
    p95: float

    @classmethod
    def of(cls, what: str, seconds: list[float]) -> Measured:
        """Sum up single measurements."""
        ordered = sorted(seconds)
        return cls(what, 1e3 * statistics.median(ordered), 1e3 * ordered[int(len(ordered) * 0.95)])
