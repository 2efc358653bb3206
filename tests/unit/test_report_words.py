"""What people's words tell of a report: which kind, where, whether it is urgent, whether it was reported already."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.taking.duplicates import Told, alike, metres
from bot.desk.taking.emergency import load_emergencies
from bot.desk.taking.guess import OTHER, guess, named
from bot.desk.taking.place import find_place, renamed
from bot.knowledge import KnowledgeError
from bot.messages import Choice, Place
from nlu.normalise import fold
from tests.unit.desk import categories, emergencies

# What people write, and what it is about; none of them is a phrase of the list itself.
SAID = {
    "tối qua đi làm về hẻm 12 tối thui, ba cái bóng đèn đường chết hết": "den-duong",
    "den duong dau xom nhap nhay hoai khong sang": "den-duong",
    "cả ấp bị cúp điện từ sáng tới giờ": "mat-dien",
    "dây điện trước cổng trường sà xuống sát đầu mấy đứa nhỏ": "day-dien",
    "tru dien truoc nha ong Bay nghieng lam roi": "day-dien",
    "đường vô ấp 3 toàn ổ gà, mưa xuống sình lầy": "duong-hu",
    "duong be tong bi lun sup mot khuc": "duong-hu",
    "ổ gà to trên quốc lộ 1 đoạn qua xã": "duong-tinh",
    "cầu ván qua kênh gãy mấy tấm rồi": "cau-hu",
    "họ đào đường đặt cống xong bỏ đó hai tháng không lấp": "dao-duong",
    "đèn tín hiệu ngã tư không hoạt động": "bien-bao",
    "nga ba can lap guong cau loi": "bien-bao",
    "bảng tên đường bị gãy nằm dưới đất": "bang-ten",
    "xe rác ba ngày nay không tới, rác bốc mùi": "rac-ton",
    "ai đó đổ trộm xà bần ra bờ kênh": "rac-trom",
    "co nguoi vut rac bua bai o bai dat trong": "rac-trom",
    "có con heo chết trôi trên rạch": "xac-dong-vat",
    "nhà máy xả thải đen ngòm ra sông, cá chết trắng": "nuoc-thai",
    "hàng xóm đốt rơm rạ khói mù mịt cả làng": "khoi-bui",
    "chuong heo nha ben hoi thoi chiu khong noi": "mui-hoi",
    "nhà bên hát karaoke tới một giờ sáng": "tieng-on",
    "loa keo mo suot ngay dem": "tieng-on",
    "tàu hút cát trộm ban đêm trên sông": "khai-thac",
    "nước máy vàng khè mấy bữa rồi": "nuoc-may",
    "bể ống nước ngoài đường, nước phun lênh láng": "ong-nuoc",
    "nước cống tràn lên đường hôi quá": "cong-tac",
    "mất nắp cống ngay trước cổng chùa": "nap-cong",
    "mưa chút xíu là ngập tới đầu gối": "ngap",
    "mương thủy lợi bị bồi không có nước tưới ruộng": "thuy-loi",
    "bờ sông sạt lở sát nhà tôi": "sat-lo",
    "cay co thu truoc dinh sap do": "cay-do",
    "xin tỉa cành cây che hết biển báo": "tia-cay",
    "xích đu ở sân chơi gãy rồi": "cong-vien",
    "nhà kế bên xây dựng trái phép trên đất ruộng": "xay-trai-phep",
    "ông hàng xóm rào lối đi chung": "lan-dat",
    "quán nhậu lấn chiếm vỉa hè": "via-he",
    "xe tải đậu xe chắn hẻm không ai ra vô được": "do-xe",
    "xe ben chở đất rơi vãi đầy đường": "xe-tai",
    "thanh niên nẹt pô đua xe mỗi tối": "dua-xe",
    "xóm tôi hay bị mất trộm gà": "trom-cap",
    "có sòng bài đánh bạc sau quán nước": "te-nan",
    "mấy thanh niên say rượu quậy phá chửi bới": "gay-roi",
    "có người giả danh công an gọi điện lừa": "lua-dao",
    "chó dữ thả rông không rọ mõm": "cho-tha-rong",
    "đàn bò thả rông vô phá ruộng lúa": "gia-suc",
    "heo chết hàng loạt nghi dịch tả lợn": "dich-benh",
    "muỗi nhiều quá xin phun thuốc muỗi": "muoi-con-trung",
    "trạm y tế đóng cửa giờ trưa không ai trực": "y-te",
    "trường thu tiền quỹ lớp cao quá, lạm thu": "truong-hoc",
    "quán bán thịt ôi, nhiều người bị ngộ độc thực phẩm": "an-toan-thuc-pham",
    "xét hộ nghèo không đúng người": "chinh-sach",
    "thu phí chợ mà không có biên lai": "thue-phi",
    "dây cáp viễn thông đứt nằm giữa đường": "day-cap",
    "xóm em mất sóng điện thoại cả tuần": "song-mang",
    "loa truyền thanh thôn rè không nghe được": "loa-xa",
    "cán bộ quát mắng người già": "thai-do",
    "can bo doi phong bi moi lam": "nhung-nhieu",
    "hồ sơ trễ hẹn cả tháng, bắt đi lại nhiều lần": "ho-so-cham",
}


class TestKind:
    """Which kind it is."""

    def test_the_list_is_as_long_as_a_commune_needs_and_can_be_pressed(self) -> None:
        every = list(categories())
        assert len(categories().groups) >= 12
        assert len(every) >= 45
        assert categories().get(OTHER)
        for one in every:
            assert len(one.words) >= 8, one.id
            assert Choice(label=one.name, payload=f"#bao-loai {one.id}")
            assert one.ours or "xã" not in one.body

    def test_nearly_always_it_is_among_the_likeliest_and_when_sure_it_is_right(self) -> None:
        guesses = {text: guess(categories(), text) for text in SAID}
        listed = [text for text, found in guesses.items() if SAID[text] in found.likely]
        sure = [text for text, found in guesses.items() if found.sure]
        right = [text for text in sure if guesses[text].sure == SAID[text]]
        assert len(listed) >= 0.93 * len(SAID), sorted(set(SAID) - set(listed))
        assert len(sure) >= 0.7 * len(SAID)
        assert len(right) >= 0.95 * len(sure), [(text, guesses[text].sure) for text in sure if text not in right]

    def test_without_diacritics_it_is_nearly_as_good(self) -> None:
        guesses = {text: guess(categories(), fold(text)) for text in SAID}
        listed = [text for text, found in guesses.items() if SAID[text] in found.likely]
        assert len(listed) >= 0.9 * len(SAID), sorted(set(SAID) - set(listed))

    @pytest.mark.parametrize("text", ["", "   ", "xin chào", "tôi có việc này", "🙂", "123"])
    def test_of_nothing_nothing_is_guessed(self, text: str) -> None:
        assert guess(categories(), text).sure is None

    def test_a_dog_is_no_giving(self) -> None:
        assert guess(categories(), "cho tôi hỏi rạp chiếu phim").likely == ()

    def test_every_kind_is_known_by_its_name(self) -> None:
        for one in categories():
            assert named(categories(), one.name.lower()) == one.id

    @given(st.text(max_size=80))
    def test_any_text_can_be_guessed_at(self, text: str) -> None:
        assert len(guess(categories(), text).likely) <= 3


class TestWhere:
    """Where it is."""

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("đèn đường ngõ 5 hỏng cả tuần nay", "ngõ 5"),
            ("den duong ngo 5 hong", "ngo 5"),
            ("rác chất đống trước cổng trường mà không ai dọn", "trước cổng trường"),
            ("ổ gà ở ngã ba chợ, té mấy người rồi", "ngã ba chợ"),
            ("ấp Tân Hòa, gần chợ Bà Rén", "ấp Tân Hòa, gần chợ Bà Rén"),
            ("đường Trần Phú đoạn trước số 15", "đường Trần Phú đoạn trước số 15"),
            ("tổ 3 khu phố 2 phường Linh Xuân", "tổ 3 khu phố 2 phường Linh Xuân"),
            ("hẻm 23/4 đường Lê Lợi ngập", "hẻm 23/4 đường Lê Lợi"),
        ],
    )
    def test_a_street_a_hamlet_a_number_a_landmark(self, text: str, place: str) -> None:
        assert find_place(text) == place

    @pytest.mark.parametrize(
        "text",
        [
            "đường trước nhà tôi ngập",
            "cúp điện 3 ngày nay",
            "muỗi nhiều, nước đọng khắp nơi",
            "karaoke ồn quá",
            "",
            "số 3 ngày",
        ],
    )
    def test_other_words_are_none(self, text: str) -> None:
        assert find_place(text) == ""

    @given(st.text(max_size=120))
    def test_any_text_can_be_searched(self, text: str) -> None:
        assert len(find_place(text)) <= 160

    def test_an_old_ward_has_a_new_name(self) -> None:
        found = renamed("ngõ 5 phường Phúc Xá", "thành phố Hà Nội")
        assert found
        assert (found.old, found.new) == ("phường Phúc Xá", "Phường Hồng Hà")

    def test_one_of_many_of_that_name_is_not_guessed(self) -> None:
        home = "thành phố Hồ Chí Minh"
        assert renamed("phường 1", home) is None
        told = renamed("phường 1, quận 3", home)
        assert told
        assert told.new == "Phường Bàn Cờ"

    @pytest.mark.parametrize("text", ["ngõ 5", "xã Ví Dụ", "phường Phúc Xá"])
    def test_without_a_province_or_a_ward_nothing_is_changed(self, text: str) -> None:
        assert renamed(text, "Số 1, đường Trung tâm, xã Ví Dụ") is None

    def test_no_network_is_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_given: object) -> None:
            raise AssertionError("somebody's address leaves the house")

        monkeypatch.setattr("socket.socket.connect", refuse)
        monkeypatch.setattr("socket.getaddrinfo", refuse)
        assert renamed("phường Phúc Xá, quận Ba Đình", "thành phố Hà Nội")


class TestUrgent:
    """What cannot wait."""

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("cháy nhà số 5", "114"),
            ("chay nha roi cuu voi", "114"),
            ("co tai nan xe may truoc cong truong", "115"),
            ("có người đuối nước dưới kênh", "114"),
            ("điện giật người rồi", "115"),
            ("rò ga nhà hàng xóm", "114"),
            ("nhà bên bị sập, có người mắc kẹt", "114"),
            ("trẻ em bị đánh ở nhà trọ", "111"),
            ("đang đánh nhau ở chợ", "113"),
            ("nguoi ta dang danh nhau, cam dao nua", "113"),
        ],
    )
    def test_the_number_to_call(self, text: str, number: str) -> None:
        found = emergencies().told(text)
        assert found
        assert found.numbers[0] == number

    @pytest.mark.parametrize(
        "text",
        [
            "cháy bóng đèn đường ngõ 5",
            "đèn đường bị cháy mấy hôm nay",
            "máy cháy túi rồi",
            "xe tải chạy ầm ầm suốt đêm",
            "xe tai chay am am suot dem",
            "nuoc chay lenh lang",
            "chỗ này dễ gây tai nạn",
            "trụ nước chữa cháy hỏng van",
            "suýt đuối nước",
            "sợ cháy lắm",
            "hôm qua có đánh nhau ở chợ",
            "cột điện sắp sập",
            "công tơ bị cháy",
            "mạng sập cả ngày",
            "",
        ],
    )
    def test_what_only_sounds_like_it(self, text: str) -> None:
        assert emergencies().told(text) is None

    @pytest.mark.parametrize(
        "text",
        ["nhà bị cháy mất hết giấy tờ thì làm lại ở đâu", "bị tai nạn lao động hưởng chế độ gì", "số nào báo cháy"],
    )
    def test_a_question_is_no_cry_for_help(self, text: str) -> None:
        assert emergencies().happening(text) is None

    def test_a_bad_list_is_a_clear_error(self, tmp_path: Path) -> None:
        file = tmp_path / "emergency.yml"
        file.write_text("fading: []\nquestions: []\nurgent: []\nemergencies: [{id: x, name: x, numbers: ['9']}]")
        with pytest.raises(KnowledgeError, match=r"emergency\.yml: field emergencies\.0\."):
            load_emergencies(file)

    @given(st.text(max_size=80))
    def test_any_text_can_be_heard(self, text: str) -> None:
        emergencies().told(text)
        emergencies().happening(text)


def lamp(words: str = "", place: str = "", at: tuple[float, float] | None = None, kind: str = "den-duong") -> Told:
    return Told(kind, words, place, Place(latitude=at[0], longitude=at[1]) if at else None)


class TestReportedAlready:
    """The same thing twice."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (lamp("đèn hỏng", at=(21.0, 105.8)), lamp("tối quá", at=(21.002, 105.8))),
            (lamp("đèn hỏng", "ngõ 5 đường Lê Lợi"), lamp("tối om", "ngo 5 duong le loi")),
            (lamp("đèn cao áp trước chợ Mới tắt ngóm"), lamp("den cao ap truoc cho Moi tat ngom roi")),
        ],
    )
    def test_near_by_or_in_like_words(self, one: Told, other: Told) -> None:
        assert alike(one, other)
        assert alike(other, one)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (lamp("đèn hỏng", at=(21.0, 105.8)), lamp("đèn hỏng", at=(21.01, 105.8))),
            (lamp("đèn đường hỏng", "ngõ 5"), lamp("đèn đường hỏng", "ngõ 7")),
            (lamp("đèn hỏng ngõ 5", "ngõ 5"), lamp("đèn hỏng ngõ 5", "ngõ 5", kind="mat-dien")),
            (lamp("đèn hỏng"), lamp("trụ đèn gãy")),
            (lamp("xin ghế đá", at=(21.0, 105.8), kind=OTHER), lamp("góp ý giờ làm", at=(21.0, 105.8), kind=OTHER)),
            (lamp(), lamp()),
        ],
    )
    def test_what_is_not_the_same(self, one: Told, other: Told) -> None:
        assert not alike(one, other)

    def test_distances_are_metres(self) -> None:
        here, there = Place(latitude=21.0, longitude=105.8), Place(latitude=21.0, longitude=105.8028)
        assert metres(here, there) == pytest.approx(291, abs=3)
        assert metres(here, here) == 0
