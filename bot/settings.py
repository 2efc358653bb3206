"""Settings: environment variables with the prefix `MOTCUA_`, or the same names in `.env`."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting cannot be used; the message names its environment variable."""


class Settings(BaseSettings):
    """Everything that differs between installations; a channel's own are in its folder. Empty means "not used"."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore")

    database_url: str = Field("", description="SQLAlchemy URL with an async driver; empty: SQLite in VAR.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    public_url: str = Field("", description="How the internet reaches this server (https://…); empty: it does not.")
    secret_key: SecretStr = Field(SecretStr(""), description="Signs cookies; made once into var/ when empty.")
    var: Path = Field(Path("var"), description="Folder for the database, the secret key and photos.")

    data: Path = Field(ROOT / "data", description="Folder of knowledge and offices.")
    office: str = Field("xa-vi-du", description="The office (file in data/offices/) of the default accounts.")
    model: Path = Field(ROOT / "models" / "motcua.tar.gz", description="Trained Rasa archive, read in process.")
    nlu_url: str = Field("", description="Base URL of `rasa run --enable-api`; empty: the archive is used.")

    smtp_url: SecretStr = Field(SecretStr(""), description="Mail server: smtp[s]://user:password@host:port.")
    smtp_from: str = Field("", description="The address that e-mails to other bodies come from.")
    open311_keys: SecretStr = Field(SecretStr(""), description="API keys for other bodies' servers: name=key name=key.")

    workers: int = Field(4, ge=1, description="Conversations worked on side by side in this process.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level logged.")

    @cached_property
    def key(self) -> bytes:
        """The secret key; made once and kept in `var/secret_key` when none is set."""
        if self.secret_key.get_secret_value():
            return self.secret_key.get_secret_value().encode()
        kept = self.var / "secret_key"
        if not kept.exists():
            self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
            _keep(kept, secrets.token_urlsafe(32).encode())
        return kept.read_bytes()

    @property
    def photos(self) -> Path:
        """The folder of photos."""
        return self.var / "photos"

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite+aiosqlite:///{self.var / 'motcua.db'}"


def _keep(file: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that is there already stays."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()


Kind = TypeVar("Kind", bound=BaseSettings)


def read_settings(kind: type[Kind]) -> Kind:
    """Settings of a kind from the environment; `SettingsError` names the first that is wrong."""
    try:
        return kind()
    except ValidationError as error:
        problem = error.errors()[0]
        name = f"{kind.model_config['env_prefix']}{'_'.join(map(str, problem['loc']))}".upper()
        raise SettingsError(f"setting {name}: {problem['msg']}") from error
