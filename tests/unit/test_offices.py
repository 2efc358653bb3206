"""The file of an office: what is wrong with it is told with its field, before anybody waits for a deadline."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from bot.knowledge import KnowledgeError
from bot.offices import Office, load_offices

_USUAL = "name: xã A\ncenter: Trung tâm\naddress: Số 1\nhours: [sáng]\n"


def loaded(folder: Path, more: str) -> Office:
    (folder / "xa-a.yml").write_text(_USUAL + more, encoding="utf-8")
    return load_offices(folder)["xa-a"]


class TestOpening:
    def test_without_any_told_it_is_the_usual(self, tmp_path: Path) -> None:
        assert [one.start for one in loaded(tmp_path, "").opening] == [time(7, 30), time(13, 30)]

    def test_is_read_as_it_is_written(self, tmp_path: Path) -> None:
        [one] = loaded(tmp_path, 'opening: [{days: [3], from: "08:00", to: "11:00"}]').opening
        assert (one.days, one.start, one.end) == ((3,), time(8), time(11))

    @pytest.mark.parametrize(
        ("opening", "field"),
        [
            ("[]", "opening"),
            ('[{days: [], from: "08:00", to: "11:00"}]', "opening.0.days"),
            ('[{days: [9], from: "08:00", to: "11:00"}]', "opening.0.days.0"),
            ('[{days: [2], from: "11:00", to: "08:00"}]', "opening.0: "),
            ('[{days: [2], from: "08:00", to: "08:00"}]', "opening.0: "),
            ("[{days: [2], from: 7:30, to: 11:30}]", r"opening.0.from: .*in quotes"),
            ('[{days: [2], from: "07:30Z", to: "11:30Z"}]', "opening.0: .*zone"),
        ],
        ids=["none", "no days", "a ninth day", "backwards", "no time at all", "YAML's own number", "a zone"],
    )
    def test_that_cannot_be_is_told_with_its_field(self, tmp_path: Path, opening: str, field: str) -> None:
        with pytest.raises(KnowledgeError, match=rf"xa-a\.yml: field {field}"):
            loaded(tmp_path, f"opening: {opening}")
