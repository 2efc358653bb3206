"""Numbers of people are covered; other numbers stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.masking import mask

PHONE, ID = "[số điện thoại]", "[số giấy tờ]"


@pytest.mark.parametrize(
    "number",
    ["0912345678", "0912 345 678", "0912.345.678", "0912-345-678", "+84912345678", "+84 912 345 678", "84912345678",
     "02513822501", "0251 382 2501"],
)  # fmt: skip
def test_a_phone_number_is_covered(number: str) -> None:
    assert mask(f"gọi {number} giúp bác") == f"gọi {PHONE} giúp bác"


@pytest.mark.parametrize(
    "number",
    ["001234567890", "001 234 567 890", "001.234.567.890", "001-234-567-890", "0012 3456 7890", "271234567",
     "271 234 567"],
)  # fmt: skip
def test_an_identity_number_is_covered(number: str) -> None:
    assert mask(f"cccd của bác là {number} đó con") == f"cccd của bác là {ID} đó con"


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("sđt.0912345678", f"sđt.{PHONE}"),
        ("sdt:0912345678.", f"sdt:{PHONE}."),
        ("cccd-001234567890", f"cccd-{ID}"),
        ("cccd001234567890", f"cccd{ID}"),
        ("001234567890,0912345678", f"{ID},{PHONE}"),
        ("001234567890-0912345678", f"{ID}-{PHONE}"),
        ("0912345678 0987654321", f"{PHONE} {PHONE}"),
        ("(0912345678)", f"({PHONE})"),
    ],
)
def test_punctuation_around_a_number_does_not_hide_it(text: str, covered: str) -> None:
    assert mask(text) == covered


@pytest.mark.parametrize(
    "text",
    [
        "thủ tục 1.001193",
        "thủ tục 1.001193.000.00.00.H15",
        "hồ sơ H15.50.05.13-261008-0975 tới đâu rồi",
        "000.00.08.H29-230801-0001",
        "nộp 1.000.000 đồng",
        "1.000.000.000 đồng",
        "50000 đồng",
        "sinh ngày 02/12/1960",
        "ngày 2-12-2026 và 03.12.2026",
        "Nghị định 118/2025/NĐ-CP",
        "gọi 1022 hoặc 18001096",
        "từ 7 giờ 30 đến 11 giờ 30",
        "#buoc khai-sinh-dung-han mang 3",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask(text) == text


@given(st.text(st.sampled_from("0123456789 .-+,abc"), max_size=60))
def test_masking_twice_changes_no_more(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.from_regex(r"0[35789][0-9]{8}", fullmatch=True), st.sampled_from(["", " ", ", ", "\n", "."]))
def test_no_digit_of_a_mobile_number_is_left(number: str, after: str) -> None:
    assert mask(f"số tôi {number}{after}nhé") == f"số tôi {PHONE}{after}nhé"
