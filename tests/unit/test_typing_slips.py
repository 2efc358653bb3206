"""What an input method left behind is undone, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.normalise import normalise
from nlu.typing_slips import decoded


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ddawng", "đăng"),
        ("kys", "ký"),
        ("giaays", "giấy"),
        ("tieesng", "tiếng"),
        ("dduwowcj", "được"),
        ("quyeenf", "quyền"),
        ("hoaf", "hòa"),
        ("nghiax", "nghĩa"),
        ("gia61y", "giấy"),
        ("thue61", "thuế"),
    ],
)
def test_keys_of_telex_and_vni_are_read(typed: str, meant: str) -> None:
    assert decoded(typed) == meant


@pytest.mark.parametrize("word", ["app", "web", "online", "ct07", "vneid", "mp3", "khai", "khoan", "oxy", "hk1", "ok"])
def test_what_is_no_slip_stays(word: str) -> None:
    assert decoded(word) == word


def test_a_whole_sentence_is_read_as_meant() -> None:
    assert normalise("ddawng kys tamj trus owr ddaau") == "đăng ký tạm trú ở đâu"
    assert normalise("d9ang ky1 xe, làm visa") == "đang ký xe làm visa"


@given(st.text("abcdefghiklmnopqrstuvxywj123456789", min_size=1, max_size=9))
def test_any_word_can_be_decoded_and_a_second_time_changes_nothing(word: str) -> None:
    assert decoded(decoded(word)) == decoded(word)
