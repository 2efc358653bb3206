"""Which hamlet a place lies in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.figures.hamlets import hamlets


class TestAHamlet:
    @pytest.mark.parametrize(
        ("place", "name"),
        [
            ("ngõ 5, thôn Đông", "Thôn Đông"),
            ("gần chợ, ấp 3", "Ấp 3"),
            ("Ấp Tân Lập 2, gần cầu", "Ấp Tân Lập 2"),
            ("tổ dân phố số 4 phường X", "Tổ dân phố 4"),
            ("xóm Đình đầu làng", "Xóm Đình"),
            ("chợ Cầu", ""),
            ("khu vực chợ", ""),
            ("", ""),
        ],
    )
    def test_is_read_from_a_place(self, place: str, name: str) -> None:
        assert hamlets([place]) == [name]

    def test_without_capitals_is_known_from_the_others(self) -> None:
        places = ["cổng thôn Đông", "dau thon dong gan cho", "thôn Đông", "thôn tây"]
        assert hamlets(places) == ["Thôn Đông", "Thôn Đông", "Thôn Đông", ""]

    def test_has_one_spelling(self) -> None:
        assert hamlets(["THÔN Đông", "thôn Đông", "Thôn Đông"]) == ["Thôn Đông"] * 3

    def test_ten_is_not_one(self) -> None:
        assert hamlets(["ấp 1", "ap 10"]) == ["Ấp 1", ""]

    @given(st.lists(st.text(max_size=60), max_size=6))
    def test_every_place_gets_an_answer(self, places: list[str]) -> None:
        assert len(hamlets(places)) == len(places)
