"""The time a double lives in: tests move it forward, nobody sleeps."""

import threading
import time


class Clock:
    """Seconds since the epoch. Runs with the real time unless frozen; `advance` jumps ahead."""

    def __init__(self, frozen_at: float | None = None) -> None:
        self._frozen_at = frozen_at
        self._ahead = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds since the epoch, as this clock sees them."""
        start = time.time() if self._frozen_at is None else self._frozen_at
        return start + self._ahead

    def advance(self, seconds: float) -> None:
        """Jump ahead; time never goes back."""
        if seconds < 0:
            raise ValueError(f"A clock can't go back by {-seconds} s; build a new one instead.")
        with self._lock:
            self._ahead += seconds
