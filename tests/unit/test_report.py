"""A report is taken: only what is missing is asked, one thing at a time, read back, and sent when the person agrees."""

from __future__ import annotations

from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import settings as looking
from hypothesis import strategies as st

from bot.desk.deeds import DropPhotos, Follow, KeepPhoto, Send
from bot.desk.taking.draft import LIVES, MOST_PHOTOS
from bot.desk.taking.duplicates import Alike
from bot.messages import Incoming, Place
from bot.outcomes import Outcome
from bot.talk import Talk
from bot.turn import Result
from tests.unit.desk import DECLINED, Citizen, Shelf, categories
from tests.unit.scene import STALE, Person, labels, payloads, words

LAMP = "đèn đường ngõ 5 hỏng cả tuần nay"
NO_PLACE = "karaoke kẹo kéo ồn quá không ngủ được"
SOMEBODYS = Alike("A3K-7TQ-9CE", "den-duong", "ngõ 5", 0.0, mine=False)


def step(person: Person) -> str:
    assert person.talk.draft
    return person.talk.draft.step


def read_back() -> Citizen:
    """Somebody whose report has only to be agreed to."""
    person = Citizen()
    person.tell(LAMP)
    person.press("#bao-anh")
    person.press("#bao-ten khong")
    assert step(person) == "check"
    return person


class TestTaking:
    """The way through."""

    def test_only_what_is_missing_is_asked(self) -> None:
        person = Citizen()
        assert "ảnh" in words(person.tell(LAMP)), "kind and place are in the words: photos come next"
        assert "biết tên" in words(person.press("#bao-anh"))
        shown = words(person.press("#bao-ten khong"))
        for part in (LAMP, "Đèn đường hỏng, thiếu đèn", "Nơi: ngõ 5", "Ảnh: không có", "không nêu", "xã Ví Dụ"):
            assert part in shown
        assert labels(person.last)[0] == "Đồng ý gửi"  # type: ignore[arg-type]
        assert person.shelf.sent == []

    def test_agreeing_sends_it_with_a_code_and_a_day(self) -> None:
        person = read_back()
        result = person.press("#bao-gui")
        [sent] = person.shelf.sent
        assert (sent.new.category, sent.new.words, sent.new.place) == ("den-duong", LAMP, "ngõ 5")
        assert (sent.new.reporter, sent.new.conversation_id, sent.new.source) == ("", 1, "telegram")
        assert sent.new.code in words(result)
        assert "thứ Tư 25/11/2026" in words(result), "three working days from Sunday, 22 November"
        assert "phản ánh của tôi" in words(result)
        assert person.talk.draft is None
        assert result.outcome is Outcome.REPORT

    @pytest.mark.parametrize("said", ["đồng ý", "dong y", "Gửi đi", "ok", "vâng"])
    def test_words_of_agreement_send_it(self, said: str) -> None:
        person = read_back()
        person.say(said)
        assert len(person.shelf.sent) == 1

    def test_what_is_understood_as_agreement_sends_it(self) -> None:
        person = read_back()
        person.say("chuẩn không cần chỉnh", ("dong-y", 0.9))
        assert len(person.shelf.sent) == 1

    def test_sent_once_however_often_it_is_pressed(self) -> None:
        person = read_back()
        person.press("#bao-gui")
        assert "không có phản ánh nào đang viết dở" in words(person.press("#bao-gui"))
        assert len(person.shelf.sent) == 1

    def test_nothing_is_sent_that_was_not_read_back(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        assert "ảnh" in words(person.press("#bao-gui"))
        assert person.shelf.sent == []

    def test_the_place_is_asked_when_the_words_have_none(self) -> None:
        person = Citizen()
        assert "ở chỗ nào" in words(person.tell(NO_PLACE))
        person.say("ngõ 12, sau chợ Mới")
        assert step(person) == "photos"
        assert person.talk.draft
        assert person.talk.draft.place == "ngõ 12, sau chợ Mới"

    def test_a_point_on_the_map_is_a_place(self) -> None:
        person = Citizen()
        person.tell(NO_PLACE)
        person.send(Incoming(kind="location", place=Place(latitude=21.0, longitude=105.8)))
        person.press("#bao-anh")
        person.press("#bao-ten khong")
        assert "trên bản đồ" in words(person.last)  # type: ignore[arg-type]
        person.press("#bao-gui")
        assert (person.shelf.sent[0].new.latitude, person.shelf.sent[0].new.longitude) == (21.0, 105.8)

    def test_an_unclear_kind_is_asked_with_the_likeliest_and_the_whole_list(self) -> None:
        person = Citizen()
        result = person.tell("bãi rác tự phát ngay sát trạm y tế")
        assert step(person) == "category"
        assert payloads(result.replies)[:2] == ["#bao-loai rac-trom", "#bao-loai y-te"]
        assert "#bao-nhom" in payloads(result.replies)
        assert len(payloads(person.press("#bao-nhom").replies)) == len(categories().groups) + 1
        assert "#bao-loai rac-ton" in payloads(person.press("#bao-nhom rac").replies)
        person.press("#bao-loai rac-ton")
        assert step(person) == "photos"

    def test_a_kind_may_be_typed_by_its_name(self) -> None:
        person = Citizen()
        person.tell("có chuyện lạ lắm ở ngõ 3")
        assert step(person) == "category"
        person.say("do rac trom, bai rac tu phat")
        assert person.talk.draft
        assert person.talk.draft.category == "rac-trom"

    def test_the_menu_asks_for_words_first(self) -> None:
        person = Citizen()
        assert "#bao-viec" in payloads(person.press("#menu").replies)
        assert "việc gì" in words(person.press("#bao-viec"))
        person.say(LAMP, ("khai-tu", 0.99))
        assert person.talk.draft
        assert person.talk.draft.words == LAMP, "even what sounds like a procedure is what is reported"

    @pytest.mark.parametrize(
        "said", ["tôi muốn gửi phản ánh", "cho tôi phản ánh với", "báo sự cố", "gui anh phan anh o dau"]
    )
    def test_a_wish_to_report_is_no_report(self, said: str) -> None:
        person = Citizen()
        assert "việc gì" in words(person.tell(said))
        assert person.talk.draft
        assert person.talk.draft.words == ""

    def test_numbers_of_people_are_left_out_and_that_is_said(self) -> None:
        person = Citizen()
        result = person.tell("đèn đường ngõ 5 hỏng, gọi tôi 0912345678")
        assert person.talk.draft
        assert person.talk.draft.words == "đèn đường ngõ 5 hỏng, gọi tôi [số điện thoại]"
        assert "máy không giữ" in words(result)

    def test_a_name_is_given_only_by_who_wants_to(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.press("#bao-anh")
        person.send(Incoming(kind="payload", payload="#bao-ten co", name="Nguyễn Văn An"))
        assert "Nguyễn Văn An" in words(person.last)  # type: ignore[arg-type]
        person.press("#bao-gui")
        assert person.shelf.sent[0].new.reporter == "Nguyễn Văn An"

    def test_where_the_platform_tells_no_name_it_is_asked_for(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.press("#bao-anh")
        assert "gõ họ tên" in words(person.press("#bao-ten co"))
        person.say("Trần Thị Bình")
        person.press("#bao-gui")
        assert person.shelf.sent[0].new.reporter == "Trần Thị Bình"

    def test_in_the_terminal_it_says_where_reports_are_taken(self) -> None:
        for result in (
            Person().say(LAMP, ("gui-phan-anh", 0.9)),
            Person().press("#bao-viec"),
            Person().press("#cua-toi"),
        ):
            assert "Zalo, Telegram hoặc trang web" in words(result)


class TestFixing:
    """Something is said anew before it is sent."""

    def test_the_words(self) -> None:
        person = read_back()
        assert LAMP in words(person.press("#bao-sua noi-dung"))
        person.say("đèn cao áp ngõ 7 tắt ngóm")
        assert step(person) == "check"
        assert "ngõ 7" in words(person.last)  # type: ignore[arg-type]
        assert LAMP not in words(person.last)  # type: ignore[arg-type]

    def test_the_place(self) -> None:
        person = read_back()
        person.press("#bao-sua noi")
        person.say("ngõ 9")
        assert "Nơi: ngõ 9" in words(person.last)  # type: ignore[arg-type]

    def test_the_kind(self) -> None:
        person = read_back()
        assert "#bao-nhom" in payloads(person.press("#bao-sua loai").replies)
        person.press("#bao-loai mat-dien")
        assert "Mất điện" in words(person.last)  # type: ignore[arg-type]
        assert "Điện lực" in words(person.last), "it is not the commune's"  # type: ignore[arg-type]

    def test_what_is_there_stays_when_the_person_thinks_better_of_it(self) -> None:
        person = read_back()
        person.press("#bao-sua noi-dung")
        assert LAMP in words(person.press("#bao-tiep"))
        assert step(person) == "check"

    def test_more_words_are_added_and_read_back(self) -> None:
        person = read_back()
        person.say("tối nào cũng có người ngã", ("khai-tu", 0.2))
        assert f"{LAMP}\ntối nào cũng có người ngã" in words(person.last)  # type: ignore[arg-type]

    def test_no_is_no_reason_to_drop_it(self) -> None:
        person = read_back()
        result = person.say("chưa đúng", ("tu-choi", 0.9))
        assert "sửa phần nào" in words(result)
        assert person.talk.draft


class TestPhotos:
    """Photos of the problem."""

    def test_a_photo_out_of_the_blue_is_asked_about(self) -> None:
        person = Citizen()
        assert "Bà con gửi ảnh này để phản ánh việc gì" in words(person.show_photo("one"))
        person.say(LAMP)
        assert step(person) == "name", "there is a photo: none is asked for"

    def test_a_photo_with_words_under_it_is_a_report(self) -> None:
        person = Citizen()
        person.show_photo("one", text=LAMP)
        assert person.talk.draft
        assert (person.talk.draft.words, person.talk.draft.photos) == (LAMP, ("one.jpg",))

    def test_photos_go_with_the_report(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.show_photo("one")
        person.show_photo("two")
        assert "Ảnh: 2 ảnh" in words(person.press("#bao-ten khong"))
        person.press("#bao-gui")
        assert person.shelf.sent[0].new.photos == ("one.jpg", "two.jpg")

    def test_the_same_photo_counts_once(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.show_photo("one", "one")
        person.show_photo("one")
        assert person.shelf.deeds == [KeepPhoto("one.jpg", 1000)]

    def test_no_more_than_five(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        result = person.show_photo(*(f"p{number}" for number in range(7)))
        assert person.talk.draft
        assert len(person.talk.draft.photos) == MOST_PHOTOS
        assert "Máy chỉ nhận được 5 ảnh" in words(result)

    def test_a_photo_of_papers_is_declined_in_its_own_words(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        assert DECLINED in words(person.show_photo("cccd"))
        assert person.shelf.kept == []
        assert step(person) == "photos"

    def test_nothing_is_begun_with_a_photo_that_is_declined(self) -> None:
        person = Citizen()
        assert words(person.show_photo("cccd")) == DECLINED
        assert person.talk.draft is None

    def test_photos_that_are_gone_by_now_are_asked_for_again(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.show_photo("one")
        person.press("#bao-ten khong")
        person.shelf.kept.clear()
        assert "không còn nữa" in words(person.press("#bao-gui"))
        person.press("#bao-gui")
        assert person.shelf.sent[0].new.photos == ()

    def test_a_voice_is_not_taken_and_the_draft_stays(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        assert "chỉ đọc được chữ" in words(person.send(Incoming(kind="voice")))
        assert step(person) == "photos"


class TestLeaving:
    """The draft waits, or is dropped."""

    @pytest.mark.parametrize("said", ["thôi", "hủy", "Huỷ", "thoi khong gui nua", "bỏ đi"])
    def test_never_mind_drops_it_with_its_photos(self, said: str) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.show_photo("one")
        result = person.say(said, ("huy", 0.9))
        assert "không gửi gì" in words(result)
        assert person.talk.draft is None
        assert result.deeds == (DropPhotos(("one.jpg",)),)

    @pytest.mark.parametrize("pressed", ["#huy", "#bao-thoi"])
    def test_the_button_and_the_command_drop_it(self, pressed: str) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.press(pressed)
        assert person.talk.draft is None

    def test_what_only_sounds_like_never_mind_is_asked_back(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        assert "không gửi phản ánh" in words(person.say("để bữa khác rồi tính đi", ("huy", 0.9)))
        assert person.talk.draft
        assert "ảnh" in words(person.press("#bao-tiep"))

    def test_skipping_the_photos_is_an_answer_whatever_it_was_understood_as(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.say("bỏ qua", ("huy", 0.9))
        assert step(person) == "name"

    def test_a_question_meanwhile_is_answered_and_the_draft_reminded_of(self) -> None:
        person = Citizen()
        person.tell(NO_PLACE)
        result = person.say("khai tử cần giấy tờ gì", ("khai-tu", 0.95), aspect="documents")
        assert (result.answered_with, result.outcome) == ("khai-tu", Outcome.ANSWERED)
        assert "vẫn để đây, chưa gửi" in words(result)
        assert "#bao-tiep" in payloads(result.replies)
        person.say("ngõ 12", ("khai-tu", 0.1))
        assert step(person) == "photos", "the next words are the place again"

    def test_a_place_is_a_place_whatever_it_was_understood_as(self) -> None:
        person = Citizen()
        person.tell(NO_PLACE)
        person.say("đường Khai Tử ngõ 4", ("khai-tu", 0.99))
        assert step(person) == "photos"

    def test_it_waits_while_something_else_is_done_and_is_found_in_the_menu(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.press("#don-vi")
        assert "#bao-tiep" in payloads(person.press("#menu").replies)
        person.wait(days=6)
        person.press("#bao-tiep")
        assert step(person) == "photos"

    def test_after_a_week_it_is_gone_and_that_is_said(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.show_photo("one")
        person.wait(seconds=LIVES + 60)
        result = person.say("chào", ("chao-hoi", 0.9))
        assert "quá 7 ngày" in words(result)
        assert person.talk.draft is None
        assert person.shelf.kept == []
        assert "quá 7 ngày" not in words(person.press("#menu"))

    def test_another_report_meanwhile_is_asked_about_and_not_lost(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.press("#don-vi")
        assert "việc mới" in words(person.tell("rác chất đống ngõ 8 không ai dọn"))
        person.press("#bao-tiep")
        person.press("#bao-anh")
        person.press("#bao-ten khong")
        result = person.press("#bao-gui")
        assert "việc kia" in words(result)
        assert person.talk.draft
        assert person.talk.draft.words == "rác chất đống ngõ 8 không ai dọn"

    def test_it_may_be_added_or_replace_what_lay_open(self) -> None:
        for pressed, left in (("#bao-them", f"{LAMP}\nrác chất đống ngõ 8"), ("#bao-moi", "rác chất đống ngõ 8")):
            person = Citizen()
            person.tell(LAMP)
            person.press("#don-vi")
            person.tell("rác chất đống ngõ 8")
            person.press(pressed)
            assert person.talk.draft
            assert (person.talk.draft.words, person.talk.draft.other) == (left, "")

    @pytest.mark.parametrize(
        "typed",
        ["#bao-gui", "#bao-tiep", "#bao-thoi", "#bao-anh", "#bao-rieng", "#bao-moi", "#bao-them", "#bao-nhom rac",
         "#bao-chung a3k-7tq-9ce", "#bao-loai den-duong", "#bao-noi khong", "#bao-ten co", "#bao-sua noi"],
    )  # fmt: skip
    def test_a_button_of_a_draft_that_is_gone_is_told_so(self, typed: str) -> None:
        person = Citizen()
        assert "không có phản ánh nào" in words(person.press(typed))
        assert STALE in words(Person().press(typed)), "where nothing is stored there never was one"

    @pytest.mark.parametrize("typed", ["#bao-loai x", "#bao-nhom x", "#bao-noi x", "#bao-ten x", "#bao-sua x"])
    def test_a_button_that_leads_nowhere_is_stale(self, typed: str) -> None:
        person = Citizen()
        person.tell(LAMP)
        assert STALE in words(person.press(typed))


class TestAlike:
    """Somebody has reported it already."""

    def test_following_is_offered_without_a_word_of_theirs(self) -> None:
        person = Citizen(shelf=Shelf(there=SOMEBODYS))
        result = person.tell(LAMP)
        assert "Có người đã báo: Đèn đường hỏng, thiếu đèn, ngõ 5" in words(result)
        assert SOMEBODYS.code not in words(result)
        result = person.press("#bao-chung a3k-7tq-9ce")
        assert result.deeds == (Follow(SOMEBODYS.code),)
        assert person.talk.draft is None

    def test_an_own_report_may_be_sent_all_the_same(self) -> None:
        person = Citizen(shelf=Shelf(there=SOMEBODYS))
        person.tell(LAMP)
        person.press("#bao-rieng")
        assert step(person) == "photos"
        person.press("#bao-anh")
        person.press("#bao-ten khong")
        person.press("#bao-gui")
        assert len(person.shelf.sent) == 1

    def test_only_the_report_that_was_offered_can_be_followed(self) -> None:
        person = Citizen(shelf=Shelf(there=SOMEBODYS))
        person.tell(LAMP)
        assert person.press("#bao-chung g3k-7tq-9ce").deeds == ()
        person = Citizen()
        person.tell(LAMP)
        assert person.press("#bao-chung a3k-7tq-9ce").deeds == ()

    def test_what_is_over_by_now_is_not_joined_and_the_own_report_goes_on(self) -> None:
        person = Citizen(shelf=Shelf(there=SOMEBODYS))
        person.tell(LAMP)
        person.shelf.there = None
        result = person.press("#bao-chung a3k-7tq-9ce")
        assert result.deeds == ()
        assert "vừa được đóng" in words(result)
        assert step(person) == "photos"
        assert person.talk.draft
        assert person.talk.draft.words == LAMP

    def test_ones_own_is_named_by_its_code(self) -> None:
        mine = Alike("A3K-7TQ-9CE", "den-duong", "ngõ 5", 0.0, mine=True)
        result = Citizen(shelf=Shelf(there=mine)).tell(LAMP)
        assert "Bà con đã báo" in words(result)
        assert "#phan-anh a3k-7tq-9ce" in payloads(result.replies)

    def test_it_is_looked_for_anew_when_the_kind_changes(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.press("#bao-anh")
        person.press("#bao-ten khong")
        person.press("#bao-sua loai")
        person.press("#bao-loai mat-dien")
        assert [told.category for told in person.shelf.asked] == ["den-duong", "mat-dien"]


class TestEmergency:
    """What cannot wait."""

    def test_the_number_comes_first_and_the_report_after_it_if_wanted(self) -> None:
        person = Citizen()
        result = person.tell("có đánh nhau ở ngã tư chợ")
        assert len(result.replies) == 1
        assert "gọi ngay 113" in words(result)
        assert labels(result) == ["Vẫn gửi phản ánh cho xã", "Thôi, không gửi"]
        person.press("#bao-tiep")
        assert person.talk.draft
        assert person.talk.draft.words == "có đánh nhau ở ngã tư chợ"
        assert "113" not in words(person.last), "said once"  # type: ignore[arg-type]

    @pytest.mark.parametrize("said", ["cháy nhà rồi cứu với", "co nguoi duoi nuoc", "đang cháy lớn"])
    def test_a_cry_for_help_is_heard_whatever_it_was_understood_as(self, said: str) -> None:
        result = Citizen().say(said, ("ngoai-pham-vi", 0.99))
        assert "114" in words(result)

    def test_in_the_middle_of_a_guide_too(self) -> None:
        person = Citizen()
        person.press("#buoc khai-sinh-dung-han mang 1")
        assert "114" in words(person.say("cháy nhà!", ("khai-tu", 0.9)))

    def test_a_question_about_it_is_answered_as_a_question(self) -> None:
        result = Citizen().say("nhà bị cháy mất giấy tờ thì làm lại thế nào", ("khai-tu", 0.9))
        assert result.answered_with == "khai-tu"

    def test_told_later_in_the_draft_it_is_said_before_the_next_question(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        result = person.say("vừa có tai nạn ở đó, người bị thương nặng", ("khai-tu", 0.1))
        assert "115" in result.replies[0].heading
        assert len(result.replies) == 2


class TestOldWards:
    """Names from before July 2025."""

    def test_the_new_commune_is_shown_for_confirmation(self) -> None:
        person = Citizen(shelf=Shelf(home="thành phố Hà Nội"))
        person.tell(NO_PLACE)
        result = person.say("ngõ 5 phường Phúc Xá, quận Ba Đình")
        assert "nay thuộc Phường Hồng Hà" in words(result)
        person.press("#bao-noi dung")
        assert person.talk.draft
        assert person.talk.draft.place == "ngõ 5 phường Phúc Xá, quận Ba Đình (nay thuộc Phường Hồng Hà)"

    def test_it_stays_as_written_when_the_person_knows_better(self) -> None:
        person = Citizen(shelf=Shelf(home="thành phố Hà Nội"))
        person.tell(NO_PLACE)
        person.say("ngõ 5 phường Phúc Xá")
        person.say("không")
        assert person.talk.draft
        assert person.talk.draft.place == "ngõ 5 phường Phúc Xá"


_PRESSED = st.sampled_from(
    ["#bao-viec", "#bao-tiep", "#bao-anh", "#bao-ten khong", "#bao-ten co", "#bao-gui", "#bao-rieng", "#bao-noi khong",
     "#bao-noi dung", "#bao-loai den-duong", "#bao-nhom", "#bao-nhom rac", "#bao-sua noi", "#bao-sua loai", "#bao-them",
     "#bao-sua ten", "#bao-chung a3k-7tq-9ce", "#menu", "#don-vi", "#cua-toi", "#hoi khai-tu", "#buoc khai-tu quay 1"]
)  # fmt: skip
_HEARD = st.sampled_from(["gui-phan-anh", "khai-tu", "dong-y", "tu-choi", "hoi-tiep", "ngoai-pham-vi", "gap-can-bo"])
_TYPED = st.tuples(
    st.one_of(
        st.sampled_from(
            [LAMP, NO_PLACE, "ngõ 12", "vâng", "không", "xong", "cháy nhà", "phản ánh của tôi", "1", "2", "x"]
        ),
        st.text(max_size=60),
    ),
    _HEARD,
    st.floats(0.0, 1.0),
)
_SHOWN = st.sampled_from(["one", "two", "cccd"])


class TestWhateverIsPressedOrTyped:
    """Any sequence of presses, words and photos."""

    @given(
        st.lists(
            st.one_of(_PRESSED, _TYPED, _SHOWN.map(lambda name: Incoming(kind="photo", photos=(name,)))), max_size=12
        )
    )
    @looking(max_examples=100)
    def test_nothing_breaks_and_no_report_is_sent_without_being_read_back(self, messages: list[object]) -> None:
        person = Citizen(shelf=Shelf(there=SOMEBODYS))
        for message in messages:
            before, sent = person.talk.draft, len(person.shelf.sent)
            result = _do(person, message)
            assert result.replies
            for reply in result.replies:
                assert all(len(choice.payload) <= 64 for choice in reply.choices)
            if len(person.shelf.sent) > sent:
                assert before is not None
                assert before.step == "check"
                assert len(person.shelf.sent) == sent + 1
                assert person.shelf.sent[-1].new.words == before.words

    @given(st.lists(st.text(st.characters(categories=["L"]), min_size=12, max_size=30), min_size=1, max_size=8))
    @looking(max_examples=100)
    def test_no_words_are_lost_on_the_way(self, texts: list[str]) -> None:
        """Whichever question was open: they are in the report, its place or the name."""
        person = Citizen()
        person.press("#bao-viec")
        for text, pressed in zip(texts, cycle(("#bao-loai viec-khac", "#bao-anh", "#bao-ten co", "#bao-tiep"))):
            person.say(text, ("khai-tu", 0.05))
            person.press(pressed)
        draft = person.talk.draft
        assert draft
        for text in texts:
            assert text in f"{draft.words}\n{draft.place}\n{draft.reporter}"

    def test_a_draft_survives_a_restart(self) -> None:
        person = Citizen()
        person.tell(LAMP)
        person.show_photo("one")
        stored = person.talk.model_dump_json()
        again = Citizen(Talk.model_validate_json(stored), shelf=person.shelf)
        again.press("#bao-ten khong")
        again.press("#bao-gui")
        [sent] = [deed for deed in person.shelf.deeds if isinstance(deed, Send)]
        assert (sent.new.words, sent.new.photos) == (LAMP, ("one.jpg",))


def _do(person: Citizen, message: object) -> Result:
    if isinstance(message, str):
        return person.press(message)
    if isinstance(message, Incoming):
        return person.send(message)
    assert isinstance(message, tuple)
    text, heard, confidence = message
    return person.say(text, (heard, confidence))
