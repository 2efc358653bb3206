"""Everything about Zalo that is unknown or may vary, each as a switch (facts A, D, F)."""

from dataclasses import dataclass


@dataclass
class Switches:
    """Defaults are the likeliest behaviour, and the stricter one where sources are equal."""

    # ── OAuth ──
    expired_token_code: int = -220
    """Answer to an access token past 25 h; -216 is the other candidate (D.1.2)."""
    refresh_kills_access_token: bool = False
    """A refresh also ends the access token it replaces (A.1, LIKELY only)."""
    invalid_code_error: int = -14005
    """Authorization code expired, used, or its verifier wrong; -14010 is the other candidate."""
    refresh_used_error: int = -14019
    """A refresh token used twice or never issued; -14020 is the other candidate."""
    refresh_expired_error: int = -14020
    """A refresh token past 90 days."""
    omit_oauth_error_number: bool = False
    """Leave the numeric `error` out of OAuth refusals, so that only `error_name`… remain."""
    oauth_error_status: int = 200
    """HTTP status of OAuth refusals."""
    expires_in_as_number: bool = False
    """Send `expires_in` as 90000 instead of the documented string."""

    # ── sending ──
    long_text_code: int = -210
    """Answer to more than 2000 characters; -201 is the other candidate (F.5)."""
    length_in_utf16: bool = False
    """Count UTF-16 units instead of code points: an emoji then counts twice (A.3.1, UNKNOWN)."""
    buttons_on_cs: bool = True
    """v3 `cs` takes text with buttons; otherwise -233 (F.4)."""
    list_on_cs: bool = True
    """v3 `cs` takes the list template; otherwise -233 (F.4)."""
    replies_per_message: int | None = None
    """Cap of replies addressed by `message_id`, the old 8; beyond it -311 (F.8)."""
    billing_error: int = 0
    """Refuse billed sends (48 h to 7 d) with this code: -320 no cloud account, -321 no money. 0 accepts."""
    follow_is_interaction: bool = False
    """Following opens the 7-day window (A.4); otherwise a silent follower gets 3 welcome messages (D.1.4)."""
    unknown_user_code: int = -201
    """Answer to a user id that does not exist; -213 is the other candidate (D.1.6)."""
    blocked_code: int = -244
    """Answer for someone who blocked the OA; -213 and -217 are candidates too (F.9)."""
    calls_per_minute: int = 100
    """The OA's own limit, which depends on its package (A.4); the app's is 4000."""

    # ── webhook ──
    retry_on_bad_status: bool = True
    """Redeliver after a non-2xx answer too; documented only for failed connections (A.2.1, UNKNOWN)."""
    retry_on_slow_answer: bool = True
    """Redeliver after an answer later than `answer_within` (A.2.1, UNKNOWN)."""
    answer_within: float = 2.0
    """Seconds the webhook has to answer."""
    ids_as_numbers: bool = False
    """Send ids and timestamps as JSON numbers; all known traffic has strings, older samples not (A.2.3)."""
    escaped_json: bool = False
    """Send non-ASCII characters as \\uXXXX instead of raw UTF-8."""
    echoes: bool = True
    """Emit `oa_send_*` for every message the OA sends."""
    receipts: bool = False
    """Emit `user_received_message` and `user_seen_message` for every message the OA sends."""
    deliver_at_once: bool = False
    """Post each event as soon as it exists: `says` returns after the answer, echoes follow in a thread."""
