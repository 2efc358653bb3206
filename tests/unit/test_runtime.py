"""The model archive: opened without Rasa, or refused in one sentence."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlu.classifier import ModelDamaged
from nlu.runtime import open_archive
from nlu.training import Recipe, train

HEADS = {"train_topics": "nlu.components.TopicClassifier", "train_aspects": "nlu.components.AspectClassifier"}


def schema(*names: str) -> bytes:
    nodes = {name: {"uses": HEADS[name], "fn": "train"} for name in names}
    nodes["run_topics"] = {"uses": HEADS["train_topics"], "fn": "process"}
    return json.dumps({"train_schema": {"nodes": nodes}}).encode()


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a good archive holds."""
    folder = tmp_path_factory.mktemp("model")
    recipe = Recipe(words_at_least=1, syllables_at_least=1, letters_at_least=1, folds=2, keep=1.0)
    topics = ["khai-sinh"] * 3 + ["khai-tu"] * 3
    texts = ["khai sinh cho con", "làm khai sinh", "giấy khai sinh", "khai tử cho ông", "làm khai tử", "giấy khai tử"]
    train(texts, topics, recipe).save(folder / "components" / "train_topics")
    train(texts, ["overview", "steps", "documents"] * 2, recipe).save(folder / "components" / "train_aspects")
    found = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.*")}
    return {"metadata.json": schema(*HEADS), **found}


@pytest.fixture
def archive(tmp_path: Path, files: dict[str, bytes]) -> Path:
    return packed(tmp_path / "motcua.tar.gz", files)


def test_a_good_archive_understands(archive: Path) -> None:
    parse = open_archive(archive).parse("lam khai tu ngay 02/12/2026")
    assert parse.topic.id == "khai-tu"
    assert parse.topic == parse.ranking[0]
    assert parse.aspect.id in ("overview", "steps", "documents")
    assert [entity.type for entity in parse.entities] == ["date"]


def broken(path: Path, files: dict[str, bytes]) -> Iterator[tuple[str, Path]]:
    """Ways in which an archive can be bad."""
    good = packed(path / "good.tar.gz", files).read_bytes()
    head = "components/train_topics/head.npz"
    contents = {
        "empty": b"",
        "text": b"not a model",
        "cut early": good[:300],
        "cut late": good[:-200],
        "flipped": good[:400] + bytes(byte ^ 0xFF for byte in good[400:440]) + good[440:],
    }
    archives = {
        "no metadata": {name: content for name, content in files.items() if name != "metadata.json"},
        "metadata no JSON": files | {"metadata.json": b"{"},
        "metadata a list": files | {"metadata.json": b"[]"},
        "no nodes": files | {"metadata.json": b'{"train_schema": {}}'},
        "no head": {name: content for name, content in files.items() if "train_topics" not in name},
        "no aspects": files | {"metadata.json": schema("train_topics")},
        "head cut": files | {head: files[head][:100]},
        "head flipped": files | {head: files[head][:200] + b"\0" * 60 + files[head][260:]},
    }
    for name, content in contents.items():
        (path / f"{name}.tar.gz").write_bytes(content)
        yield name, path / f"{name}.tar.gz"
    for name, inside in archives.items():
        yield name, packed(path / f"{name}.tar.gz", inside)


def test_a_bad_archive_is_refused_in_one_sentence(tmp_path: Path, files: dict[str, bytes]) -> None:
    for name, path in broken(tmp_path, files):
        with pytest.raises(ModelDamaged) as caught:
            open_archive(path)
        said = str(caught.value)
        assert said.startswith(f"the model {path} cannot be read ("), name
        assert said.endswith("run `make train` to build it anew"), name
        assert "\n" not in said, name


@pytest.mark.parametrize("path", ["none.tar.gz", "."])
def test_a_missing_archive_says_what_to_do(tmp_path: Path, path: str) -> None:
    with pytest.raises(ModelDamaged, match=r"does not exist: run `make train`, or set MOTCUA_MODEL"):
        open_archive(tmp_path / path)


def test_an_archive_without_the_aspects_names_them(tmp_path: Path, files: dict[str, bytes]) -> None:
    path = packed(tmp_path / "a.tar.gz", files | {"metadata.json": schema("train_topics")})
    with pytest.raises(ModelDamaged, match="it holds no trained aspects"):
        open_archive(path)


def test_nothing_is_unpacked_outside(tmp_path: Path, files: dict[str, bytes]) -> None:
    evil = {f"../../../../../../../..{tmp_path}/evil.txt": b"x", f"{tmp_path}/evil2.txt": b"x"}
    open_archive(packed(tmp_path / "evil.tar.gz", evil | files))
    assert [file.name for file in tmp_path.iterdir()] == ["evil.tar.gz"]
