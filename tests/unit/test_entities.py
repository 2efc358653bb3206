"""Codes, dates, numbers and places are picked out where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities import find_entities

pieces = st.sampled_from(
    ["xã ", "tỉnh ", "phường ", "tp. ", "Tân Lập", "Hà Nội", "hoà bình", " ", ", ", "đi đâu", "0912345678", "1.001193",
     "02/12/2026", "H15.50.05.13-261008-0975", "001234567890", "12", ".", "-"]
)  # fmt: skip
wild = st.text() | st.lists(pieces, max_size=12).map("".join)


@given(wild)
def test_entities_stand_where_they_say_in_order_and_apart(text: str) -> None:
    end = 0
    for entity in find_entities(text):
        assert end <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end] == entity.value
        end = entity.end


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hồ sơ H15.50.05.13-261008-0975 tới đâu", [("application_code", "H15.50.05.13-261008-0975")]),
        ("000.00.08.H29-230801-0001", [("application_code", "000.00.08.H29-230801-0001")]),
        ("thủ tục 1.001193 là gì", [("procedure_code", "1.001193")]),
        ("thủ tục 2.000815.000.00.00.H15", [("procedure_code", "2.000815.000.00.00.H15")]),
        ("sinh 02/12/1960", [("date", "02/12/1960")]),
        ("hẹn 3-1-2027", [("date", "3-1-2027")]),
        ("gọi 0912 345 678 nhé", [("phone", "0912 345 678")]),
        ("số 271234567", [("id_number", "271234567")]),
        ("nộp 1.000.000 đồng ngày 45/13/2026", []),
    ],
)
def test_codes_dates_and_numbers_are_known_by_their_form(text: str, found: list[tuple[str, str]]) -> None:
    assert [(entity.type, entity.value) for entity in find_entities(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bác ở phường Tân Lập", [("ward", "phường Tân Lập")]),
        ("bac o phuong tan lap", [("ward", "phuong tan lap")]),
        ("tỉnh Đắk Lắk", [("province", "tỉnh Đắk Lắk")]),
        ("thành phố Hồ Chí Minh ơi", [("province", "thành phố Hồ Chí Minh")]),
        ("tp. hà nội", [("province", "tp. hà nội")]),
        ("tỉnh Hoà Bình", [("province", "tỉnh Hoà Bình")]),
        ("xã Tân Lập, tỉnh Đắk Lắk", [("ward", "xã Tân Lập"), ("province", "tỉnh Đắk Lắk")]),
        ("xã Tân Lập tỉnh Đắk Lắk", [("ward", "xã Tân Lập"), ("province", "tỉnh Đắk Lắk")]),
    ],
)
def test_a_place_is_a_known_name_after_its_marker(text: str, found: list[tuple[str, str]]) -> None:
    assert [(entity.type, entity.value) for entity in find_entities(text)] == found


@pytest.mark.parametrize(
    "text",
    ["đi đâu làm", "Tân Lập", "xã mình ở đâu", "lên xã hỏi", "trong tỉnh", "xã hội", "xa lắm", "phường nào",
     "lên xã làm giấy", "len xa lam giay"],
)  # fmt: skip
def test_words_that_only_look_like_a_place_are_none(text: str) -> None:
    assert find_entities(text) == []
