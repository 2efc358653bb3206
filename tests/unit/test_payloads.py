"""The payload grammar of the buttons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.payloads import LONGEST, Payload, parse_payload, payload
from tests.unit.scene import knowledge

verbs = st.from_regex(r"[a-z-]{2,12}", fullmatch=True)
arguments = st.lists(st.from_regex(r"[a-z0-9-]{1,15}", fullmatch=True), max_size=3)


@given(st.text() | st.from_regex(r"#[a-z-]{0,14}( [a-z0-9 -]{0,70})?", fullmatch=True))
def test_any_text_is_a_payload_or_none(text: str) -> None:
    found = parse_payload(text)
    assert found is None or str(found) == text.strip()


@given(verbs, arguments)
def test_what_is_written_is_read_back(verb: str, given_arguments: list[str]) -> None:
    written = payload(verb, *given_arguments)
    assert parse_payload(written) == Payload(verb, tuple(given_arguments))
    assert len(written.encode()) <= LONGEST


@pytest.mark.parametrize(
    "text",
    ["", "#", "menu", "# menu", "#a", "#HOI khai-tu", "#hoi  khai-tu", "#hoi khai_tu", "#hoi a b c d", "#hoi\nkhai-tu",
     "#hoi " + "a" * 45, "#hoi " + "a" * 44 + " " + "b" * 44],
)  # fmt: skip
def test_what_does_not_fit_the_grammar_is_no_payload(text: str) -> None:
    assert parse_payload(text) is None


def test_every_button_about_every_entry_fits_and_reads_back() -> None:
    for entry in knowledge():
        last = max(len(entry.steps), len(entry.steps_online), len(entry.steps_in_person)) + 1
        for carried in (
            ("hoi", entry.id),
            ("hoi", entry.id, "documents"),
            ("lam", entry.id),
            ("bat-dau", entry.id),
            *((verb, entry.id, way, str(last)) for verb in ("buoc", "vuong") for way in ("mang", "quay", "chung")),
        ):
            written = payload(*carried)
            assert len(written.encode()) <= LONGEST, written
            assert parse_payload(written) == Payload(carried[0], carried[1:])


def test_every_page_of_every_field_fits() -> None:
    for field in knowledge().fields:
        assert parse_payload(payload("linh-vuc", field.field, 99))
