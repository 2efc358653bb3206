"""A number answers what stands on the person's screen, also when that was not an answer but news."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.desk import reports
from bot.desk.codes import new_code
from bot.desk.life import Doing, Move, State
from bot.desk.reports import Desk, NewReport
from bot.desk.tables import Attachment, Officer
from bot.messages import Choice, Reply
from bot.outcomes import Outcome
from bot.turn import Result, Turn
from tests.fakes.clock import Clock
from tests.fakes.zalo import FakeZalo
from tests.fakes.zalo_people import Person
from tests.integration.deployment import Deployment
from tests.integration.photos import kept, push
from tests.integration.zalo import on_zalo, pushing
from tests.pictures import encoded, street

DAY = 24 * 3600
QUESTION = "Bà con chắc muốn rút lại phản ánh"
NO_MENU = "Máy nói vậy thôi."


def says_so(turn: Turn) -> Result:
    """An answer without a menu."""
    return Result((Reply(text=NO_MENU),), turn.talk, Outcome.SMALL_TALK)


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeZalo:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeZalo) -> Iterator[Deployment]:
    with on_zalo(folder, fake, verbs={"noi-vay": says_so}) as deployment:
        yield deployment


def sees(person: Person, words: str) -> None:
    person.wait_for(lambda shown: words in shown.text)


def desk_of(motcua: Deployment) -> Desk:
    return next(iter(motcua.service.accounts.values())).desk


def somebody(fake: FakeZalo, motcua: Deployment) -> tuple[Person, str]:
    """Somebody whose report is with the office: its code."""
    person, code = fake.person(), new_code()
    person.says("#menu")
    person.wait_for(1)
    [row] = motcua.rows("SELECT id FROM conversations WHERE address = ?", person.id)
    new = NewReport(code, "den-duong", "đèn đường hỏng", "zalo", "ngõ 5", conversation_id=row["id"])

    async def send() -> None:
        async with motcua.service.store.write() as session:
            await reports.open_report(session, desk_of(motcua), new, motcua.clock.now())

    motcua.call(send())
    return person, code


def officer_does(motcua: Deployment, code: str, move: Move, words: str, photos: tuple[str, ...] = ()) -> None:
    """Something that an officer does, and the citizen hears of."""

    async def do() -> None:
        async with motcua.service.store.write() as session:
            desk = desk_of(motcua)
            row = await reports.report_of(session, desk.office_id, code)
            officer = Officer(
                office_id=desk.office_id,
                login=f"{code}-{move}",
                name="Cô Hoa",
                role="can-bo",
                password="",
                created_at=0,
            )
            session.add(officer)
            await session.flush()
            session.add_all(Attachment(file=photo, size=1, created_at=motcua.clock.now()) for photo in photos)
            doing = Doing(move, "officer", officer.id, words=words, photos=photos)
            await reports.act(session, desk, row, doing, motcua.clock.now())
        motcua.wake()

    motcua.call(do())


def report(motcua: Deployment, code: str) -> dict[str, Any]:
    return motcua.rows("SELECT * FROM reports WHERE code = ?", code)[0]


def is_asked_whether_to_withdraw(motcua: Deployment, person: Person, code: str) -> None:
    person.says(f"#rut-lai {code.lower()}")
    sees(person, QUESTION)
    motcua.settle()


def test_a_number_after_news_picks_from_the_news_and_withdraws_nothing(fake: FakeZalo, motcua: Deployment) -> None:
    person, code = somebody(fake, motcua)
    is_asked_whether_to_withdraw(motcua, person, code)
    officer_does(motcua, code, Move.ANSWER, "Mai có thợ đến.")
    sees(person, "Mai có thợ đến.")
    motcua.settle()
    person.picks(1)
    sees(person, "Nội dung: đèn đường hỏng")
    motcua.settle()
    assert report(motcua, code)["state"] != State.WITHDRAWN


def test_two_after_the_news_that_it_is_done_means_not_done(fake: FakeZalo, motcua: Deployment) -> None:
    person, code = somebody(fake, motcua)
    photo = kept(motcua, encoded(street()))
    officer_does(motcua, code, Move.FINISH, "Đã thay bóng.", (photo,))
    motcua.wait_until(lambda: any(shown.asset for shown in person.inbox))
    motcua.settle()
    person.says("2")
    sees(person, "còn gì chưa xong")


def test_a_menu_after_the_news_is_the_one_that_counts(fake: FakeZalo, motcua: Deployment) -> None:
    person, code = somebody(fake, motcua)
    officer_does(motcua, code, Move.ANSWER, "Mai có thợ đến.")
    sees(person, "Mai có thợ đến.")
    motcua.settle()
    is_asked_whether_to_withdraw(motcua, person, code)
    person.picks(1)
    sees(person, "Máy đã rút lại phản ánh")


def test_news_that_comes_with_the_number_itself_was_not_on_the_screen(fake: FakeZalo, motcua: Deployment) -> None:
    """What was held goes out as the number comes in: the number answers what was there before."""
    person, code = somebody(fake, motcua)
    is_asked_whether_to_withdraw(motcua, person, code)
    person.last_interaction = fake.clock.now() - 8 * DAY
    officer_does(motcua, code, Move.FINISH, "Đã thay bóng.")
    motcua.wait_until(lambda: "held" in [row["state"] for row in motcua.replies(person.id)])
    assert "thật sự xong chưa" not in person.inbox[-1].text
    person.picks(2)
    sees(person, "thật sự xong chưa")
    motcua.settle()
    assert not any("còn gì chưa xong" in shown.text for shown in person.inbox)


def test_news_that_never_arrived_offers_nothing(fake: FakeZalo, motcua: Deployment) -> None:
    person, code = somebody(fake, motcua)
    is_asked_whether_to_withdraw(motcua, person, code)
    person.blocked = True
    officer_does(motcua, code, Move.ANSWER, "Mai có thợ đến.")
    motcua.wait_until(lambda: "undeliverable" in [row["state"] for row in motcua.replies(person.id)])
    person.blocked = False
    person.picks(1)
    sees(person, "Máy đã rút lại phản ánh")


def test_news_without_a_menu_leaves_the_one_before_it(fake: FakeZalo, motcua: Deployment) -> None:
    person, code = somebody(fake, motcua)
    is_asked_whether_to_withdraw(motcua, person, code)
    push(motcua, person.id, Reply(text="Văn phòng nghỉ ngày mai."))
    sees(person, "nghỉ ngày mai")
    motcua.settle()
    person.says("1")
    sees(person, "Máy đã rút lại phản ánh")


def test_an_answer_without_a_menu_closes_all_before_it(fake: FakeZalo, motcua: Deployment) -> None:
    person, code = somebody(fake, motcua)
    push(motcua, person.id, Reply(text="Tin.", choices=(Choice(label="Rút", payload=f"#rut-lai {code.lower()}"),)))
    sees(person, "Tin.")
    motcua.settle()
    person.says("#noi-vay")
    sees(person, NO_MENU)
    motcua.settle()
    person.says("1")
    person.wait_for(4)
    assert QUESTION not in person.inbox[-1].text
