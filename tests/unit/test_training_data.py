"""The sentences that the model learns from, and those it is judged by."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from bot.sentences import Sentence, gather, problems, read_sentences, same_sentence
from bot.settings import ROOT
from nlu.labels import ASPECTS, DIALOGUE
from tests.unit.scene import knowledge

TOPICS = {"khai-tu"}


@lru_cache(maxsize=2)
def shipped(folder: str) -> Sequence[Sentence]:
    return read_sentences(ROOT / folder)


def enough(**changed: int) -> list[Sentence]:
    """Just enough sentences for one topic and all dialogue intents."""
    counts = {"khai-tu": 8, **dict.fromkeys(DIALOGUE, 25), **{key.replace("_", "-"): n for key, n in changed.items()}}
    return [Sentence(f"câu {topic} số {n}", topic, "overview") for topic, count in counts.items() for n in range(count)]


def found(sentences: Sequence[Sentence]) -> list[str]:
    return list(problems(sentences, TOPICS))


def test_enough_good_sentences_have_no_problems() -> None:
    assert found(enough()) == []


@pytest.mark.parametrize(
    ("sentences", "said"),
    [
        (enough(khai_tu=7), "khai-tu: 7 sentences, at least 8 are needed"),
        (enough(khai_tu=0), "khai-tu: 0 sentences, at least 8 are needed"),
        (enough(cam_on=24), "cam-on: 24 sentences, at least 25 are needed"),
        (enough(la_gi=9), "la-gi: no entry of the knowledge and no dialogue intent has this id"),
        ([*enough(), Sentence("giá?", "khai-tu", "price")], "khai-tu: unknown aspect 'price'"),
        ([*enough(), Sentence("CAU cam-on so 3!", "khai-tu", "fee")], "khai-tu: 'CAU cam-on so 3!' is also in cam-on"),
        (
            [*enough(), Sentence("câu khai tu, số 3", "khai-tu", "fee")],
            "khai-tu: 'câu khai tu, số 3' is also in khai-tu",
        ),
    ],
)
def test_each_kind_of_problem_is_told(sentences: Sequence[Sentence], said: str) -> None:
    assert found(sentences) == [said]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Khai tử ở đâu?", "khai tu o dau", True),
        ("khai-tử,  ở đâu", "Khai tử ở đâu", True),
        ("đi đâu", "di dau", True),
        ("khai tử ở đâu", "khai sinh ở đâu", False),
    ],
)
def test_sentences_are_the_same_but_for_case_marks_and_diacritics(one: str, other: str, same: bool) -> None:
    assert (same_sentence(one) == same_sentence(other)) is same


@pytest.mark.parametrize("missing", ["intent", "metadata", "examples", "aspect"])
def test_a_block_that_lacks_something_is_named(tmp_path: Path, missing: str) -> None:
    lines = ["- intent: khai-tu", "  metadata: {aspect: fee}", "  examples: |", "    - bao nhiêu tiền"]
    drop = {"intent": 0, "metadata": 1}
    if missing in drop:
        lines[drop[missing]] = "- x: 1" if missing == "intent" else "  y: 1"
    elif missing == "examples":
        lines = lines[:2]
    else:
        lines[1] = "  metadata: {}"
    text = "\n".join(["nlu:", "- intent: a\n  metadata: {aspect: fee}\n  examples: |\n    - một", *lines])
    (tmp_path / "ho-tich.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"ho-tich\.yml: block 2 has no '{missing}'"):
        read_sentences(tmp_path)


def test_the_shipped_sentences_have_no_problems() -> None:
    assert list(problems(shipped("data/intents"), {entry.id for entry in knowledge()})) == []


def test_no_shipped_sentence_is_empty_or_still_marked_up() -> None:
    for sentence in (*shipped("data/intents"), *shipped("tests/evaluation")):
        assert re.search(r"\w", sentence.text), sentence
        assert not re.search(r"^- |\[.*\]\(.*\)|\{\"", sentence.text), sentence


def test_evaluation_sentences_are_not_learnt_from() -> None:
    learnt = {same_sentence(sentence.text) for sentence in shipped("data/intents")}
    assert [s.text for s in shipped("tests/evaluation") if same_sentence(s.text) in learnt] == []


def test_evaluation_asks_about_every_topic_in_every_kind_of_writing() -> None:
    judged = shipped("tests/evaluation")
    assert {sentence.topic for sentence in judged} == {entry.id for entry in knowledge()} | DIALOGUE
    assert {sentence.noise for sentence in judged} == {"clean", "plain", "slang", "slips"}
    assert {sentence.aspect for sentence in judged} <= ASPECTS
    assert len(judged) >= 1000


def test_sentences_that_are_nearly_the_same_are_found() -> None:
    one = Sentence("tôi muốn hỏi làm khai sinh cho cháu nội cần giấy tờ gì", "khai-sinh", "documents")
    other = Sentence("tôi muốn hỏi làm khai sinh cho cháu nội thì cần giấy tờ gì", "khai-sinh", "documents")
    assert any("nearly the same" in problem for problem in problems([one, other], {"khai-sinh"}))


def test_what_the_knowledge_says_is_gathered_for_training(tmp_path: Path) -> None:
    gather(ROOT / "data", tmp_path / "training")
    written = (tmp_path / "training" / "from-knowledge.yml").read_text(encoding="utf-8")
    assert "Đăng ký khai sinh" in written
    assert (tmp_path / "training" / "ho-tich.yml").exists()
