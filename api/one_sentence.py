"""Settings for a command, and what stops it said in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from bot.desk.outside import peers
from bot.knowledge import KnowledgeError
from bot.settings import Settings, SettingsError, read_settings
from nlu.classifier import ModelDamaged


@contextmanager
def one_sentence() -> Iterator[Settings]:
    """Settings for a command; what stops it is said in one sentence, with exit code 1."""
    try:
        yield read_settings(Settings)
    except (SettingsError, KnowledgeError, ModelDamaged, peers.Refused) as error:
        typer.echo(f"motcua: {error}", err=True)
        raise typer.Exit(1) from error
