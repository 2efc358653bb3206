"""Settings of the Telegram channel."""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class TelegramSettings(BaseSettings):
    """`MOTCUA_TELEGRAM_…` in the environment or `.env`."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_TELEGRAM_", env_file=".env", extra="ignore")

    token: SecretStr = Field(SecretStr(""), description="From BotFather; empty: no Telegram.")
    secret: SecretStr = Field(SecretStr(""), description="Webhook secret; derived from the secret key when empty.")
    mode: Literal["", "polling", "webhook"] = Field(
        "", description="How updates arrive; empty: webhook when PUBLIC_URL is set, else polling."
    )
    api: str = Field("https://api.telegram.org", description="Base URL of the Bot API.")

    def webhook_secret(self, key: bytes) -> str:
        """The secret that Telegram repeats with each update."""
        given = self.secret.get_secret_value()
        return given or hmac.new(key, b"telegram webhook", hashlib.sha256).hexdigest()
