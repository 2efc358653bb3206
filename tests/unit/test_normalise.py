"""One written form for what people type."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.normalise import abbreviations, fold, has_diacritics, normalise

typed = st.text() | st.text(st.sampled_from("dđĐ9cakoàáùýuyqự́ .,-_%k"), max_size=30)


@given(typed)
def test_any_text_can_be_normalised_and_a_second_time_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(typed)
def test_the_result_is_lower_case_composed_and_single_spaced(text: str) -> None:
    once = normalise(text)
    assert once == unicodedata.normalize("NFC", once) == " ".join(once.split())
    assert once == once.lower()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("hoà", "hòa"),
        ("Hoà Bình", "hòa bình"),
        ("hoàn", "hoàn"),
        ("quý", "quý"),
        ("thuý", "thúy"),
        ("uỷ ban", "ủy ban"),
        ("ddang", "đang"),
        ("d9ang", "đang"),
        ("dđang", "dđang"),
        ("add", "add"),
        ("dk", "đăng ký"),
        ("ĐK ks", "đăng ký khai sinh"),
        ("cccd", "căn cước công dân"),
        ("làm CCCD", "làm căn cước công dân"),
        ("quét mã qr", "quét mã qr"),
        ("kkkk", "không"),
        ("xinnnn chàooo", "xin chào"),
        ("xin chào 😀👍!!!", "xin chào"),
        ("😀", ""),
        ("", ""),
        ("  nhiều   chỗ\n\ttrống ", "nhiều chỗ trống"),
        ("mã 1.001193?", "mã 1.001193"),
        ("H15.50-261008-0975", "h15.50-261008-0975"),
        ("ngày 02/12/2026.", "ngày 02/12/2026"),
        ("giảm 50%", "giảm 50"),
        ("trợ_cấp", "trợ cấp"),
        ("đăng ký", "đăng ký"),
        ("ti\u0301nh", "tính"),
    ],
)  # fmt: skip
def test_what_is_typed_gets_its_one_form(text: str, written: str) -> None:
    assert normalise(text) == written


def test_every_abbreviation_is_understood_in_a_sentence() -> None:
    for short, meaning in abbreviations().items():
        assert normalise(f"hỏi {short.upper()}!") == f"hỏi {meaning}"


@given(st.text())
def test_folding_is_total_and_final(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Đường đời", "Duong doi"), ("ưỡn ẹo", "uon eo"), ("khai sinh", "khai sinh"), ("ti\u0301nh", "tinh"), ("", "")],
)
def test_folding_takes_the_diacritics_and_the_bar_of_d(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(("text", "has"), [("dang ky", False), ("đang", True), ("kí", True), ("", False), ("2", False)])
def test_diacritics_are_noticed(text: str, has: bool) -> None:
    assert has_diacritics(text) is has
