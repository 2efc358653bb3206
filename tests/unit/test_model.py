"""The committed model belongs to the committed sentences and library."""

from __future__ import annotations

import hashlib
import json

from bot.sentences import fingerprint
from bot.settings import ROOT

MODEL = ROOT / "models" / "motcua.tar.gz"


def test_the_model_was_trained_from_these_sentences_this_configuration_and_this_library() -> None:
    origin = json.loads(MODEL.with_name("motcua.json").read_text())
    assert origin["trained_from"] == fingerprint(ROOT), "sentences, config.yml or nlu/ changed: run `make train`"
    assert origin["archive"] == hashlib.sha256(MODEL.read_bytes()).hexdigest(), "models/ holds another archive"


def test_the_model_stays_small_enough_for_a_repository() -> None:
    assert MODEL.stat().st_size <= 10 * 1024 * 1024
