"""Settings: environment variables with the prefix `MOTCUA_`, or the same names in `.env`."""

from __future__ import annotations

import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Everything that differs between installations; a channel's own are in its folder. Empty means "not used"."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore")

    database_url: str = Field("sqlite+aiosqlite:///var/motcua.db", description="SQLAlchemy URL; async driver.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    public_url: str = Field("", description="How the internet reaches this server (https://…); empty: it does not.")
    secret_key: SecretStr = Field(SecretStr(""), description="Signs cookies; made once into var/ when empty.")
    var: Path = Field(Path("var"), description="Folder for the database and the secret key.")

    data: Path = Field(ROOT / "data", description="Folder of knowledge and offices.")
    office: str = Field("xa-vi-du", description="The office (file in data/offices/) of the default accounts.")
    model: Path = Field(ROOT / "models" / "motcua.tar.gz", description="Trained Rasa archive, read in process.")
    nlu_url: str = Field("", description="Base URL of `rasa run --enable-api`; empty: the archive is used.")

    workers: int = Field(4, ge=1, description="Conversations worked on side by side in this process.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level logged.")

    @cached_property
    def key(self) -> bytes:
        """The secret key; made once and kept in `var/secret_key` when none is set."""
        if self.secret_key.get_secret_value():
            return self.secret_key.get_secret_value().encode()
        kept = self.var / "secret_key"
        if not kept.exists():
            self.var.mkdir(parents=True, exist_ok=True)
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_urlsafe(32), encoding="ascii")
        return kept.read_bytes()
