"""How often somebody may do something, kept in this process."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from ipaddress import IPv6Address, IPv6Network, ip_address

_MINUTE = 60.0  # seconds


class Pace:
    """At most so many times within a minute, for each caller and, if told, for all together."""

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = time.monotonic, *, together: int | None = None
    ) -> None:
        self._most = per_minute
        self._together = together
        self._clock = clock
        self._times: dict[Hashable, deque[float]] = defaultdict(deque)
        self._all: deque[float] = deque()
        self._cleared_at = clock()

    def keeps(self, caller: Hashable) -> bool:
        """Whether it may be done now; counts it if so. What is refused to one caller takes nothing from the others."""
        now = self._clock()
        self._clear(now)
        times = _lately(self._times[caller], now)
        if len(times) >= self._most:
            return False
        if self._together is not None:
            if len(_lately(self._all, now)) >= self._together:
                return False
            self._all.append(now)
        times.append(now)
        return True

    def __len__(self) -> int:
        """How many callers are remembered."""
        return len(self._times)

    def _clear(self, now: float) -> None:
        """Once a minute forget who has not come back: whoever has many addresses must not fill the memory."""
        if now - self._cleared_at < _MINUTE:
            return
        self._cleared_at = now
        for caller in [caller for caller, times in self._times.items() if not _lately(times, now)]:
            del self._times[caller]


def caller_at(host: str | None) -> str:
    """Who is at an address: a home has 2⁶⁴ of IPv6 and is one caller."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return host or ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address.packed, 64), strict=False))


def _lately(times: deque[float], now: float) -> deque[float]:
    while times and times[0] <= now - _MINUTE:
        times.popleft()
    return times
