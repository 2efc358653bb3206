"""Open the archive that `rasa train nlu` wrote and parse with the same library, without Rasa or TensorFlow."""

from __future__ import annotations

import json
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import Dict

from nlu.classifier import Classifier, ModelDamaged
from nlu.parse import Parse, parse
from nlu.segment import segment

_HEADS = {"nlu.components.TopicClassifier": "topics", "nlu.components.AspectClassifier": "aspects"}
_DAMAGE = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, KeyError, TypeError)


class Runtime:
    """A trained model in memory; `parse` takes about a millisecond."""

    def __init__(self, topics: Classifier, aspects: Classifier) -> None:
        self.topics = topics
        self.aspects = aspects

    def warm_up(self) -> None:
        """Load underthesea's word model (a second) before the first message needs it."""
        segment("khởi động")

    def parse(self, text: str) -> Parse:
        """Understand one message."""
        return parse(text, self.topics, self.aspects)


def open_archive(path: Path) -> Runtime:
    """Load a Rasa model archive (`.tar.gz`); `ModelDamaged` says in one sentence what is wrong with it."""
    if not path.is_file():
        raise ModelDamaged(f"the model {path} does not exist: run `make train`, or set MOTCUA_MODEL to an archive")
    try:
        with tempfile.TemporaryDirectory() as scratch, tarfile.open(path, "r:gz") as archive:
            heads = _load_heads(_unpacked(archive, Path(scratch)))
    except (ModelDamaged, *_DAMAGE) as error:
        raise ModelDamaged(f"the model {path} cannot be read ({error}): run `make train` to build it anew") from error
    return Runtime(heads["topics"], heads["aspects"])


def _unpacked(archive: tarfile.TarFile, folder: Path) -> Path:
    """The plain files of the archive inside the folder; whatever would land elsewhere is left out."""
    for member in archive.getmembers():
        target = (folder / member.name).resolve()
        content = archive.extractfile(member) if member.isfile() else None
        if content and target.is_relative_to(folder.resolve()):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())
    return folder


def _load_heads(folder: Path) -> Dict[str, Classifier]:
    described = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    nodes = described["train_schema"]["nodes"]
    heads = {}
    for name, node in nodes.items():
        role = _HEADS.get(node["uses"])
        if role and node["fn"] == "train":
            heads[role] = Classifier.load(folder / "components" / name)
    if missing := set(_HEADS.values()) - set(heads):
        raise ModelDamaged(f"it holds no trained {' and no trained '.join(sorted(missing))}")
    return heads
