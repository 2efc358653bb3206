"""Zalo's OAuth v4: codes, and token pairs whose refresh token works once (facts A.1, D.1.2, D.1.3)."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from tests.fakes.clock import Clock
from tests.fakes.double import Json, RefusedError
from tests.fakes.zalo_switches import Switches

ACCESS_LIFE = 25 * 3600
REFRESH_LIFE = 90 * 24 * 3600
CODE_LIFE = 10 * 60


@dataclass(frozen=True)
class Tokens:
    """A pair as handed out."""

    access: str
    refresh: str
    issued_at: float


@dataclass(frozen=True)
class Code:
    """An authorization code and the PKCE challenge it was asked for with."""

    issued_at: float
    challenge: str


class TokenDesk:
    """Hands out, rotates and checks tokens."""

    def __init__(self, app_id: str, app_secret: str, clock: Clock, switches: Switches) -> None:
        self._app_id = app_id
        self._app_secret = app_secret
        self._clock = clock
        self._switches = switches
        self._codes: dict[str, Code] = {}
        self._by_access: dict[str, Tokens] = {}
        self._by_refresh: dict[str, Tokens] = {}

    def issue(self) -> Tokens:
        """A fresh pair, as an admin mints it in the API Explorer."""
        tokens = Tokens(secrets.token_urlsafe(48), secrets.token_urlsafe(48), self._clock.now())
        self._by_access[tokens.access] = tokens
        self._by_refresh[tokens.refresh] = tokens
        return tokens

    def grant(self, code_challenge: str = "") -> str:
        """The code an admin's consent brings to the callback URL."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = Code(self._clock.now(), code_challenge)
        return code

    def check(self, access_token: str | None) -> None:
        """Refuse an API call without a living token."""
        tokens = self._by_access.get(access_token or "")
        if tokens is None:
            raise RefusedError(-216, "Access token is invalid")
        if self._clock.now() - tokens.issued_at > ACCESS_LIFE:
            raise RefusedError(self._switches.expired_token_code, "Access token has expired")

    def exchange(self, headers: Mapping[str, str], fields: Mapping[str, str]) -> Json:
        """The token endpoint: both grants, over a form."""
        if not headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise _refused(self._switches.invalid_code_error, "Invalid request", "form-urlencoded expected")
        if fields.get("app_id") != self._app_id:
            raise _refused(-14002, "Invalid app id", "app_id is unknown")
        if headers.get("secret_key") != self._app_secret:
            raise _refused(-14004, "Invalid secret key", "the secret_key header does not belong to the app")
        grant_type = fields.get("grant_type")
        if grant_type == "authorization_code":
            self._use_code(fields)
        elif grant_type == "refresh_token":
            self._use_refresh(fields.get("refresh_token", ""))
        else:
            raise _refused(self._switches.invalid_code_error, "Invalid grant type", f"{grant_type!r}")
        tokens = self.issue()
        return {
            "access_token": tokens.access,
            "refresh_token": tokens.refresh,
            "expires_in": ACCESS_LIFE if self._switches.expires_in_as_number else str(ACCESS_LIFE),
        }

    def _use_code(self, fields: Mapping[str, str]) -> None:
        code = self._codes.pop(fields.get("code", ""), None)
        if code is None or self._clock.now() - code.issued_at > CODE_LIFE:
            raise _refused(self._switches.invalid_code_error, "Invalid code", "expired or used")
        if code.challenge and code.challenge != challenge_of(fields.get("code_verifier", "")):
            raise _refused(self._switches.invalid_code_error, "Invalid code", "code_verifier does not match")

    def _use_refresh(self, refresh_token: str) -> None:
        tokens = self._by_refresh.pop(refresh_token, None)
        if tokens is None:
            raise _refused(self._switches.refresh_used_error, "Invalid refresh token", "used or unknown")
        if self._clock.now() - tokens.issued_at > REFRESH_LIFE:
            raise _refused(self._switches.refresh_expired_error, "Invalid refresh token", "expired")
        if self._switches.refresh_kills_access_token:
            del self._by_access[tokens.access]


def challenge_of(verifier: str) -> str:
    """PKCE S256 (RFC 7636)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _refused(code: int, name: str, reason: str) -> RefusedError:
    # The token endpoint has field names of its own (facts A.1, "Error shape").
    return RefusedError(
        code, name, error_name=name, error_reason=reason, error_description=f"{name}: {reason}", ref_doc=""
    )
