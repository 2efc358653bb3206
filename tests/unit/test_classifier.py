"""A head learns, is stored, and comes back the same; a damaged one is named."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from nlu import svm
from nlu.classifier import Classifier, ModelDamaged, softmax
from nlu.segment import read
from nlu.training import Recipe, train

SENTENCES = {
    "khai-sinh": ["làm khai sinh cho con", "khai sinh cho bé cần gì", "giấy khai sinh của cháu", "đăng ký khai sinh"],
    "khai-tu": ["ông mất làm khai tử", "khai tử cho bà ở đâu", "giấy khai tử của ông", "đăng ký khai tử"],
    "can-cuoc": ["mất thẻ căn cước", "làm lại căn cước ở đâu", "căn cước của tôi hỏng", "đổi thẻ căn cước"],
}
NEW = ["khai sinh cho cháu nội", "khai tu cho cu", "can cuoc bi mat", "hôm nay trời đẹp", "", "😀"]


@pytest.fixture(scope="module")
def head() -> Classifier:
    labelled = [(text, label) for label, texts in SENTENCES.items() for text in texts]
    recipe = Recipe(words_at_least=1, syllables_at_least=1, letters_at_least=1, keep=1.0)
    return train([text for text, _ in labelled], [label for _, label in labelled], recipe)


def test_it_knows_what_it_was_taught_with_and_without_diacritics(head: Classifier) -> None:
    for text, label in zip(NEW[:3], SENTENCES, strict=True):
        assert head.ranking(read(text), 1)[0][0] == label


@pytest.mark.parametrize("text", NEW)
def test_confidences_are_shares_of_one(head: Classifier, text: str) -> None:
    confidences = head.confidences(read(text))
    assert confidences.min() >= 0
    assert confidences.sum() == pytest.approx(1.0)


def test_a_ranking_is_best_first_and_no_longer_than_asked(head: Classifier) -> None:
    ranking = head.ranking(read("giấy của ông"), 2)
    assert len(ranking) == 2
    assert ranking[0][1] >= ranking[1][1]


def test_a_stored_head_gives_the_same_confidences(head: Classifier, tmp_path: Path) -> None:
    head.save(tmp_path)
    loaded = Classifier.load(tmp_path)
    assert loaded.labels == head.labels == tuple(sorted(SENTENCES))
    for text in [*NEW, *SENTENCES["khai-tu"]]:
        np.testing.assert_allclose(loaded.confidences(read(text)), head.confidences(read(text)), atol=1e-6)


def test_training_again_gives_the_same_head(head: Classifier) -> None:
    labelled = [(text, label) for label, texts in SENTENCES.items() for text in texts]
    recipe = Recipe(words_at_least=1, syllables_at_least=1, letters_at_least=1, keep=1.0)
    again = train([text for text, _ in labelled], [label for _, label in labelled], recipe)
    for text in NEW:
        np.testing.assert_array_equal(again.confidences(read(text)), head.confidences(read(text)))


@pytest.mark.parametrize("lost", ["head.json", "head.npz"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other"])
def test_a_damaged_head_is_named(head: Classifier, tmp_path: Path, lost: str, damage: str) -> None:
    head.save(tmp_path / "train_topics")
    file = tmp_path / "train_topics" / lost
    content = file.read_bytes()
    file.unlink()
    if damage != "missing":
        file.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "other": b"{}"}[damage])
    with pytest.raises(ModelDamaged, match="the head in train_topics cannot be read"):
        Classifier.load(tmp_path / "train_topics")


@pytest.mark.parametrize("field", ["labels", "sharpness", "blocks", "grams"])
def test_a_head_that_lacks_a_field_is_named(head: Classifier, tmp_path: Path, field: str) -> None:
    head.save(tmp_path)
    described = json.loads((tmp_path / "head.json").read_text(encoding="utf-8"))
    del described[field]
    (tmp_path / "head.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(ModelDamaged, match=field):
        Classifier.load(tmp_path)


def test_the_machine_separates_what_can_be_separated() -> None:
    rows = np.array([[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0], [0.1, 0.9, 0], [0, 0, 1], [0, 0.1, 0.9]])
    classes = np.array([0, 0, 1, 1, 2, 2])
    weights = svm.fit(csr_matrix(rows), classes, 3, cost=1.0, epochs=20)
    scores = rows @ weights[:-1] + weights[-1]
    assert weights.shape == (4, 3)
    assert (scores.argmax(axis=1) == classes).all()
    assert (scores[np.arange(6), classes] > 0).all()


def test_a_sharper_softmax_is_surer_and_huge_scores_do_no_harm() -> None:
    scores = np.array([1.0, 0.0, -1.0])
    assert softmax(scores, 5.0)[0] > softmax(scores, 1.0)[0] > softmax(scores, 0.0)[0] == pytest.approx(1 / 3)
    assert softmax(np.array([1e6, -1e6]), 100.0).tolist() == [1.0, 0.0]
