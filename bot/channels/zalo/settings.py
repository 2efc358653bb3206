"""Settings of the Zalo OA channel."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ZaloSettings(BaseSettings):
    """`MOTCUA_ZALO_…` in the environment or `.env`."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_ZALO_", env_file=".env", extra="ignore")

    app_id: str = Field("", description="Zalo app id; empty: no Zalo OA.")
    oa_id: str = Field("", description="The OA's own id, for the link that people open.")
    app_secret: SecretStr = Field(SecretStr(""), description="The app's secret, for token refresh.")
    oa_secret: SecretStr = Field(SecretStr(""), description="The OA's secret key, for the webhook's signature.")
    refresh_token: SecretStr = Field(SecretStr(""), description="First refresh token; later ones are in the database.")
    api: str = Field("https://openapi.zalo.me", description="Base URL of the OA API.")
    oauth: str = Field("https://oauth.zaloapp.com", description="Base URL of the token server.")
    photo_hosts: str = Field(
        "zdn.vn, zalo.me, zaloapp.com", description="Hosts that people's photos are fetched from, with all below them."
    )
    per_minute: int = Field(100, ge=1, description="Calls a minute that the OA's package allows (seen: 100).")
