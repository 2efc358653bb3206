"""The OA's error table, as the sender's errors. Sources for the codes: docs/channels/zalo.md."""

from __future__ import annotations

import time
from typing import Any

from bot.channels.channel import NeedsOperator, SendError, TryLater, Undeliverable, WindowClosed

TOKEN_REFUSED = {-216, -220, -124}
NO_BUTTONS = -233
ASSET_EXPIRED = -100
_CALL_LIMIT = -32
# Outside the seven days since the person last wrote or acted, or (older rules) past what one message allows.
_WINDOW = {-230, -232, -305, -311}
# The person cannot be reached this way: not a follower, blocked, dormant; or the message is wrong.
_PERMANENT = {-201, -202, -210, -213, -217, -227, -233, -238, -241, -244, -248, -249, -403, -1340, -1341}
_QUOTA = {-211, -218}
_OPERATOR = {-204, -205, -209, -212, -215, -219, -221, -223, -224, -235, -237, -240, -242, -320, -321}
_QUOTA_WAIT = 3600.0


def mapped(answer: dict[str, Any]) -> SendError:
    """The error of an answer that is none of success."""
    code, why = answer.get("error"), f"{answer.get('error')}: {answer.get('message', '')}"
    if code in _WINDOW:
        return WindowClosed(why)
    if code in _PERMANENT:
        return Undeliverable(why)
    if code == _CALL_LIMIT:
        return TryLater(why, 60.0 - time.time() % 60.0 + 1.0)
    if code in _QUOTA:
        return TryLater(why, _QUOTA_WAIT)
    if code in _OPERATOR or code in TOKEN_REFUSED:
        return NeedsOperator(why)
    return TryLater(why)
