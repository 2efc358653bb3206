"""What the bot knows: the shipped files, and what is said of a bad one."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.knowledge import Knowledge, KnowledgeError, load_knowledge
from tests.unit.scene import knowledge

TODAY = date(2026, 11, 22)


def entry(**changed: Any) -> dict[str, Any]:
    small = {
        "id": "khai-tu", "title": "Khai tử", "label": "Khai tử", "kind": "procedure", "family": "khai-tu",
        "short_answer": "Ra xã.", "confidence": "cao", "checked": "2026-11-22", "sources": [{"title": "Cổng"}],
    }  # fmt: skip
    return {name: value for name, value in {**small, **changed}.items() if value is not None}


def written(folder: Path, *entries: dict[str, Any], name: str = "ho-tich.yml", **changed: Any) -> Path:
    content = {"field": "ho-tich", "title": "Hộ tịch", "order": 1, "entries": list(entries), **changed}
    (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def test_the_shipped_files_hold_237_entries_in_18_fields() -> None:
    assert len(knowledge()) == len(list(knowledge())) == 237
    assert len(knowledge().fields) == 18


def test_a_small_good_file_loads(tmp_path: Path) -> None:
    loaded = load_knowledge(written(tmp_path, entry()))
    assert [known.id for known in loaded] == ["khai-tu"]


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"price": "1"}, "entry khai-tu, field price"),
        ({"steps": "một bước"}, "entry khai-tu, field steps"),
        ({"short_answer": None}, "entry khai-tu, field short_answer"),
        ({"short_answer": "  "}, "entry khai-tu, field short_answer"),
        ({"confidence": "chắc"}, "entry khai-tu, field confidence"),
        ({"checked": "hôm qua"}, "entry khai-tu, field checked"),
        ({"label": "x" * 41}, "entry khai-tu, field label"),
        ({"sources": []}, "entry khai-tu, field sources"),
        ({"sources": [{"url": "https://x"}]}, "entry khai-tu, field sources.0.title"),
        ({"documents": {"mang": []}}, "entry khai-tu, field documents.mang"),
        ({"dated_notes": [{"aspect": "price", "text": "x"}]}, "entry khai-tu, field dated_notes.0.aspect"),
        ({"id": "Khai Tử"}, "entry Khai Tử, field id"),
        ({"id": "a" * 45}, f"entry {'a' * 45}, field id"),
        ({"id": None}, "entry number 0, field id"),
        ({"family": "khai-sinh"}, "entry khai-tu, field family"),
    ],
)
def test_a_bad_entry_is_named_with_file_and_field(tmp_path: Path, changed: dict[str, Any], where: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(written(tmp_path, entry(**changed)))
    assert where in str(caught.value)
    assert "\n" not in str(caught.value)
    if "family" not in changed:
        assert str(caught.value).startswith("ho-tich.yml: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("field: [", "ho-tich.yml: not readable as YAML"),
        ("a: b: c", "ho-tich.yml: not readable as YAML"),
        ("day: 2026-02-30", "ho-tich.yml: not readable as YAML"),
        ("", "ho-tich.yml: field (whole)"),
        ("- một\n- hai", "ho-tich.yml: field (whole)"),
        ("field: ho-tich\ntitle: x\norder: 1", "ho-tich.yml: field entries"),
        ("field: ho-tich\ntitle: x\norder: 1\nentries: []", "ho-tich.yml: field (whole)"),
        ("field: ho-tich\ntitle: x\norder: 1\nentries: {a: 1}", "ho-tich.yml: field entries"),
        ("field: ho-tich\ntitle: x\norder: 1\nentries: [khai-tu]", "ho-tich.yml: entry number 0"),
        ("field: ho-tich\ntitle: x\norder: nhất\nentries: []", "ho-tich.yml: field order"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "ho-tich.yml").write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(tmp_path)
    assert str(caught.value).startswith(said)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "ho-tich.yml").write_bytes("title: Hộ".encode("utf-16"))
    with pytest.raises(KnowledgeError, match=r"^ho-tich\.yml: not readable"):
        load_knowledge(tmp_path)


def test_an_id_in_two_files_is_named_with_both(tmp_path: Path) -> None:
    written(written(tmp_path, entry()), entry(), name="cu-tru.yml", field="cu-tru")
    with pytest.raises(KnowledgeError, match=r"ho-tich\.yml: entry khai-tu, field id: is already in cu-tru\.yml"):
        load_knowledge(tmp_path)


def test_the_main_entry_of_a_family_leads_its_own(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="entry khai-tu, field family: 'khai-sinh' is not the main entry"):
        load_knowledge(written(tmp_path, entry(family="khai-sinh"), entry(id="khai-sinh", family="khai-tu")))


def test_a_file_is_named_after_its_field(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"cu-tru\.yml: field: is 'ho-tich'"):
        load_knowledge(written(tmp_path, entry(), name="cu-tru.yml"))


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=str(tmp_path)):
        load_knowledge(tmp_path)


def test_nothing_shipped_points_to_an_entry_that_is_not_there() -> None:
    notes = [note.see for known in knowledge() for note in known.dated_notes if note.see]
    ids = [*notes, *(other for known in knowledge() for other in known.related)]
    assert [other for other in ids if knowledge().get(other) is None] == []


def test_everything_shipped_has_a_source_and_a_day_it_was_checked() -> None:
    assert all(known.source.title and date(2026, 1, 1) <= known.checked <= TODAY for known in knowledge())


def test_a_state_page_is_shown_before_another_page(tmp_path: Path) -> None:
    book, paper, state = (
        {"title": "sách"},
        {"title": "báo", "url": "https://bao.vn"},
        {"title": "cổng", "url": "https://a.gov.vn"},
    )
    for sources, shown in (([book], "sách"), ([book, paper], "báo"), ([book, paper, state], "cổng")):
        (loaded,) = load_knowledge(written(tmp_path, entry(sources=sources)))
        assert loaded.source.title == shown


def test_siblings_start_with_the_main_entry(tmp_path: Path) -> None:
    others = [entry(id=name, family="khai-tu") for name in ("a-khai", "b-khai")]
    loaded: Knowledge = load_knowledge(written(tmp_path, *others, entry()))
    last = loaded.get("b-khai")
    assert last
    assert [other.id for other in loaded.siblings(last)] == ["khai-tu", "a-khai"]
