"""The doubles are as strict as what is known of the platforms (facts A, D.1, D.2, D.4, E)."""

import asyncio
import hashlib
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import telegram
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.request import HTTPXRequest

from tests.fakes import telegram_people, zalo_people
from tests.fakes.clock import Clock
from tests.fakes.serving import serve
from tests.fakes.telegram import FakeTelegram
from tests.fakes.zalo import JPEG, FakeZalo
from tests.fakes.zalo_events import mac
from tests.fakes.zalo_oauth import challenge_of

NOW = 1_763_785_200.0
DAY = 24 * 3600


class Stage:
    """One server for the whole file; each test puts its own app on it (starting one costs 0.2 s)."""

    url = ""
    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class Receiver:
    """A webhook that keeps what it gets and answers with the planned statuses, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.delay = 0.0
        self.at_once = 0  # the most requests held at the same time
        self._held = 0
        self.app = Starlette(routes=[Route("/hook", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.got.append((dict(request.headers), body))
        self._held += 1
        self.at_once = max(self.at_once, self._held)
        await asyncio.sleep(self.delay)
        self._held -= 1
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture(scope="module")
def stages() -> Iterator[tuple[Stage, Stage]]:
    platform, service = Stage(), Stage()
    with serve(platform) as platform.url, serve(service) as service.url:
        yield platform, service


@pytest.fixture
def tele(stages: tuple[Stage, Stage]) -> FakeTelegram:
    fake = FakeTelegram(clock=Clock(frozen_at=NOW))
    stages[0].app = fake.app
    return fake


@pytest.fixture
def zalo(stages: tuple[Stage, Stage]) -> FakeZalo:
    fake = FakeZalo(clock=Clock(frozen_at=NOW))
    stages[0].app = fake.app
    return fake


@pytest.fixture
def url(stages: tuple[Stage, Stage]) -> str:
    return stages[0].url


@pytest.fixture
def hook(stages: tuple[Stage, Stage]) -> Receiver:
    receiver = Receiver()
    stages[1].app = receiver.app
    return receiver


@pytest.fixture
def hook_url(stages: tuple[Stage, Stage], hook: Receiver) -> str:
    return f"{stages[1].url}/hook"


# ── clock and serving ─────────────────────────────────────────────────


def test_a_frozen_clock_moves_only_when_told() -> None:
    clock = Clock(frozen_at=NOW)
    clock.advance(60)
    assert clock.now() == NOW + 60
    with pytest.raises(ValueError, match="can't go back"):
        clock.advance(-1)


def test_a_clock_runs_with_real_time_by_default() -> None:
    assert abs(Clock().now() - time.time()) < 5


def test_a_server_stops_at_once_even_during_a_long_poll() -> None:
    fake = FakeTelegram()
    poll = f"POST /bot{fake.token}/getUpdates?timeout=30 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    with serve(fake.app) as base, closing(socket.create_connection(address_of(base))) as connection:
        connection.sendall(poll.encode())
        with fake.changed:
            assert fake.changed.wait_for(lambda: fake.journal, timeout=5)
        started = time.monotonic()
    assert time.monotonic() - started < 3


def address_of(base: str) -> tuple[str, int]:
    parts = urlsplit(base)
    return str(parts.hostname), int(parts.port or 0)


# ── Telegram ──────────────────────────────────────────────────────────

Talk = Callable[[Bot], Awaitable[Any]]


@pytest.fixture
def ask(tele: FakeTelegram, url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs one talk with the real python-telegram-bot."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # without it RetryAfter warns, and warnings are errors here

    def run(talk: Talk, token: str = tele.token, read_timeout: float = 5) -> Any:
        async def session() -> Any:
            def request() -> HTTPXRequest:
                return HTTPXRequest(read_timeout=read_timeout, httpx_kwargs={"trust_env": False, "verify": False})

            bot = Bot(
                token,
                base_url=f"{url}/bot",
                base_file_url=f"{url}/file/bot",
                request=request(),
                get_updates_request=request(),
            )
            async with bot.request, bot._request[0]:
                return await talk(bot)

        return asyncio.run(session())

    return run


def keyboard(*titles: str, data: str = "x") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(title, callback_data=data)] for title in titles])


def send(text: str = "xin chào", **options: Any) -> Talk:
    return lambda bot: bot.send_message(42, text, **options)


@pytest.fixture
def an(tele: FakeTelegram) -> telegram_people.Person:
    person = tele.person(42, name="An")
    person.says("/start")
    return person


def test_a_bot_talks_with_a_person(ask: Any, an: Any) -> None:
    sent = ask(send("<b>Chào</b> An &amp; Bình", parse_mode="HTML", reply_markup=keyboard("Có", "Không")))
    [shown] = an.inbox
    assert (shown.message_id, shown.text) == (sent.message_id, "Chào An & Bình")
    assert (shown.buttons, shown.sent_at) == (["Có", "Không"], NOW)


def test_a_start_command_carries_its_entity(tele: FakeTelegram) -> None:
    update = tele.person(7).says("/start khai-sinh")
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]


def test_an_edit_changes_what_the_person_sees(tele: FakeTelegram, ask: Any, an: Any) -> None:
    sent = ask(send("bước 1", reply_markup=keyboard("Tiếp")))
    tele.clock.advance(3)
    ask(lambda bot: bot.edit_message_text("bước 2", 42, sent.message_id, reply_markup=keyboard("Xong")))
    [shown] = an.inbox
    assert (shown.text, shown.buttons, shown.edited_at) == ("bước 2", ["Xong"], NOW + 3)
    with pytest.raises(AssertionError, match=r"No button 'Tiếp'.*'Xong'"):
        an.taps("Tiếp")


def test_a_tap_spins_until_it_is_answered(tele: FakeTelegram, ask: Any, an: Any) -> None:
    ask(send(reply_markup=keyboard("Có", data="yes")))
    update = telegram.Update.de_json(an.taps("Có"), None)
    assert update.callback_query is not None
    assert (update.callback_query.data, an.answers_to_taps()) == ("yes", [None])
    query_id = update.callback_query.id
    ask(lambda bot: bot.answer_callback_query(query_id, "đã ghi"))
    assert an.answers_to_taps() == ["đã ghi"]
    tele.clock.advance(61)
    with pytest.raises(BadRequest, match="Query is too old"):
        ask(lambda bot: bot.answer_callback_query(query_id))


def test_a_reply_keyboard_button_sends_its_title(ask: Any, an: Any) -> None:
    ask(send(reply_markup=telegram.ReplyKeyboardMarkup([["Trình đơn"]])))
    assert an.taps("Trình đơn")["message"]["text"] == "Trình đơn"


def test_a_link_button_sends_nothing_back(ask: Any, an: Any) -> None:
    link = InlineKeyboardButton("Cổng", url="https://dichvucong.gov.vn")
    ask(send(reply_markup=InlineKeyboardMarkup([[link]])))
    with pytest.raises(AssertionError, match="opens https"):
        an.taps("Cổng")


def test_waiting_in_vain_tells_what_was_there(ask: Any, an: Any) -> None:
    ask(send("một"))
    assert an.wait_for(1).text == "một"
    with pytest.raises(AssertionError, match=r"\['một'\]"):
        an.wait_for(lambda shown: shown.text == "hai", timeout=0.05)


WIDE = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="x")] * 9])
REFUSED_MESSAGES = {
    "too long": (send("x" * 4097), "Message is too long"),
    "empty": (send(" "), "Message text is empty"),
    "unknown chat": (lambda bot: bot.send_message(99, "x"), "Chat not found"),
    "65 bytes of callback data": (send(reply_markup=keyboard("x", data="ắ" * 22)), "Button_data_invalid"),
    "101 buttons": (send(reply_markup=keyboard(*"x" * 101)), "at most 100"),
    "9 buttons in a row": (send(reply_markup=WIDE), "at most 8"),
    "unknown thread": (send(message_thread_id=5), "Message thread not found"),
    "unknown parse mode": (send(parse_mode="MarkdownV2"), "Unsupported parse_mode"),
    "unknown message to edit": (lambda bot: bot.edit_message_text("x", 42, 999), "Message to edit not found"),
    "unknown chat action": (lambda bot: bot.send_chat_action(42, "dancing"), "Wrong parameter action"),
    "bad command name": (lambda bot: bot.set_my_commands([("Tra_cứu", "x")]), "Bot_command_invalid"),
    "plain http webhook": (
        lambda bot: bot.set_webhook("http://example.vn/hook"),
        "HTTPS URL must be provided",
    ),
    "odd webhook port": (lambda bot: bot.set_webhook("https://example.vn:8000/"), "only on ports"),
    "bad webhook secret": (lambda bot: bot.set_webhook("https://a.vn", secret_token="a b"), "unallowed"),
    "long caption": (lambda bot: bot.send_document(42, b"x", caption="x" * 1025), "caption is too long"),
    "unknown file": (lambda bot: bot.get_file("nope"), "Wrong file_id"),
}


@pytest.mark.parametrize("case", REFUSED_MESSAGES)
def test_telegram_refuses(case: str, ask: Any, an: Any) -> None:
    talk, words = REFUSED_MESSAGES[case]
    with pytest.raises(BadRequest, match=f"(?i){words}"):
        ask(talk)
    assert an.inbox == []


@pytest.mark.parametrize(
    "talk",
    [
        send("x" * 4096),
        send(f"<b>{'x' * 4096}</b>", parse_mode="HTML"),
        send(reply_markup=keyboard("x", data="ắ" * 21)),
    ],
    ids=["4096 characters", "4096 after parsing", "63 bytes of callback data"],
)
def test_telegram_accepts_up_to_the_limit(talk: Talk, ask: Any, an: Any) -> None:
    ask(talk)
    assert len(an.inbox) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("ước < 5", "Unclosed start tag at byte offset 7"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag"),
        ("An & Bình", 'Unescaped "&"'),
        ("a > b", 'Unescaped ">"'),
        ("&nbsp;", 'Unescaped "&"'),
        ("<span>x</span>", 'must have class "tg-spoiler"'),
    ],
)
def test_telegram_refuses_bad_html(text: str, words: str, ask: Any, an: Any) -> None:
    with pytest.raises(BadRequest) as refused:
        ask(send(text, parse_mode="HTML"))
    assert words.lower() in str(refused.value).lower()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('<a href="https://a.vn/?x=1&amp;y=2">Cổng</a>', "Cổng"),
        ("<blockquote expandable><b>Giấy tờ</b>\n<code>A-1</code></blockquote>", "Giấy tờ\nA-1"),
        ('<pre><code class="language-python">1 &lt; 2</code></pre>', "1 < 2"),
        ("&#x27;&quot;&#39;", "'\"'"),
    ],
)
def test_telegram_resolves_html(text: str, shown: str, ask: Any, an: Any) -> None:
    ask(send(text, parse_mode="HTML"))
    assert an.inbox[0].text == shown


def test_a_bare_ampersand_passes_when_escapes_are_not_demanded(tele: FakeTelegram, ask: Any, an: Any) -> None:
    tele.switches.escapes_demanded = False
    ask(send("An & Bình > Chi", parse_mode="HTML"))
    assert an.inbox[0].text == "An & Bình > Chi"


def test_an_edit_to_the_same_content_is_refused(ask: Any, an: Any) -> None:
    sent = ask(send("<b>x</b>", parse_mode="HTML"))
    again = lambda bot: bot.edit_message_text("<strong>x</strong>", 42, sent.message_id, parse_mode="HTML")  # noqa: E731
    with pytest.raises(BadRequest, match="Message is not modified"):
        ask(again)


def test_a_chat_opens_only_when_the_person_writes_first(tele: FakeTelegram, ask: Any) -> None:
    person = tele.person(42)
    with pytest.raises(BadRequest, match="Chat not found"):
        ask(send())
    person.says("chào")
    ask(send())
    assert len(person.inbox) == 1


def test_a_blocked_bot_gets_403(ask: Any, an: Any) -> None:
    change = telegram.Update.de_json(an.blocks(), None)
    assert change.my_chat_member is not None
    assert change.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match="blocked by the user"):
        ask(send())
    an.unblocks()
    ask(send())


def test_a_migrated_group_names_its_new_id(tele: FakeTelegram, ask: Any) -> None:
    tele.group(-5).migrates_to(-1005)
    with pytest.raises(ChatMigrated) as moved:
        ask(lambda bot: bot.send_message(-5, "x"))
    assert moved.value.new_chat_id == -1005
    ask(lambda bot: bot.send_message(-1005, "x"))


def test_a_group_has_topics(tele: FakeTelegram, ask: Any) -> None:
    group = tele.group(-1001, threads=[9])
    ask(lambda bot: bot.send_message(-1001, "x", message_thread_id=9))
    assert len(group.inbox) == 1


@pytest.mark.parametrize(
    ("chats", "gap", "fit"),
    [([42], 0.0, 1), (range(100, 140), 0.0, 30), ([-1001], 1.0, 20)],
    ids=["1/s a chat", "30/s overall", "20/min a group"],
)
def test_a_flood_gets_429(chats: Any, gap: float, fit: int, tele: FakeTelegram, ask: Any) -> None:
    tele.switches.enforce_flood = True
    for chat in chats:
        tele.person(chat).open = True
    ids = [list(chats)[number % len(chats)] for number in range(fit + 1)]

    async def flood(bot: Bot) -> None:
        for chat in ids:
            await bot.send_message(chat, "x")
            tele.clock.advance(gap)

    with pytest.raises(RetryAfter) as refused:
        ask(flood)
    assert len(tele.messages) == fit
    wait = refused.value.retry_after
    assert isinstance(wait, timedelta)
    tele.clock.advance(wait.total_seconds())
    ask(lambda bot: bot.send_message(ids[-1], "x"))


@pytest.mark.parametrize("token", ["123456:other", "nonsense"])
def test_a_wrong_token_is_refused(token: str, ask: Any) -> None:
    with pytest.raises(InvalidToken):
        ask(lambda bot: bot.get_me(), token=token)


def test_an_unknown_method_and_a_json_body_are_refused(tele: FakeTelegram, url: str) -> None:
    assert httpx.post(f"{url}/bot{tele.token}/sendSmoke").status_code == 404
    answer = httpx.post(f"{url}/bot{tele.token}/sendMessage", json={"chat_id": 42, "text": "x"})
    assert (answer.status_code, answer.json()["ok"], answer.json()["error_code"]) == (400, False, 400)


def test_updates_are_confirmed_by_the_offset(tele: FakeTelegram, ask: Any, an: Any) -> None:
    second = an.says("hai")
    got = ask(lambda bot: bot.get_updates())
    assert [update.update_id for update in got] == [second["update_id"] - 1, second["update_id"]]
    assert len(ask(lambda bot: bot.get_updates(offset=second["update_id"]))) == 1
    assert ask(lambda bot: bot.get_updates(offset=second["update_id"] + 1)) == ()
    assert tele.pending == []


def test_updates_older_than_a_day_are_gone(tele: FakeTelegram, ask: Any, an: Any) -> None:
    tele.clock.advance(DAY)
    assert ask(lambda bot: bot.get_updates()) == ()


def test_a_long_poll_wakes_up_for_an_update(tele: FakeTelegram, ask: Any) -> None:
    async def poll(bot: Bot) -> tuple[telegram.Update, ...]:
        waiting = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.1)
        tele.person(7).says("chào")
        return await waiting

    assert len(ask(poll)) == 1


def test_a_second_poll_ends_the_first(ask: Any) -> None:
    async def twice(bot: Bot) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.1)
        await bot.get_updates()
        await first

    with pytest.raises(Conflict, match="terminated by other getUpdates"):
        ask(twice)


def test_polling_conflicts_with_a_webhook(ask: Any) -> None:
    ask(lambda bot: bot.set_webhook("https://motcua.example.vn/telegram", secret_token="s3cret"))
    assert ask(lambda bot: bot.get_webhook_info()).url == "https://motcua.example.vn/telegram"
    with pytest.raises(Conflict, match="webhook is active"):
        ask(lambda bot: bot.get_updates())
    ask(lambda bot: bot.delete_webhook(drop_pending_updates=True))
    assert ask(lambda bot: bot.get_updates()) == ()


def test_the_webhook_gets_the_secret_and_again_after_a_failure(
    tele: FakeTelegram, ask: Any, an: Any, hook: Receiver, hook_url: str
) -> None:
    ask(lambda bot: bot.set_webhook(hook_url, secret_token="s3cret"))
    hook.statuses = [500, 503]
    attempts = tele.deliver(an.says("chào"))
    assert [attempt.status for attempt in attempts] == [500, 503, 200]
    assert all(attempt.latency > 0 for attempt in attempts)
    assert {headers["x-telegram-bot-api-secret-token"] for headers, _ in hook.got} == {"s3cret"}
    assert len({body for _, body in hook.got}) == 1
    hook.statuses = [500] * 9
    assert len(tele.deliver(an.says("mất"))) == tele.switches.delivery_attempts


def test_many_updates_are_delivered_side_by_side_and_twice(
    tele: FakeTelegram, ask: Any, an: Any, hook: Receiver, hook_url: str
) -> None:
    ask(lambda bot: bot.set_webhook(hook_url))
    hook.delay = 0.1
    attempts = tele.deliver_all([an.says(str(number)) for number in range(8)], times=2)
    assert len(attempts) == len(hook.got) == 16
    assert hook.at_once > 1


def test_a_public_webhook_can_be_delivered_here(
    tele: FakeTelegram, ask: Any, an: Any, hook: Receiver, hook_url: str
) -> None:
    tele.switches.deliver_to = hook_url.removesuffix("/hook")
    tele.switches.deliver_at_once = True
    ask(lambda bot: bot.set_webhook("https://motcua.example.vn/hook"))
    an.says("chào")
    assert len(hook.got) == 1


def test_updates_nobody_asked_for_are_not_delivered(tele: FakeTelegram, ask: Any, an: Any, hook_url: str) -> None:
    ask(send(reply_markup=keyboard("Có")))
    ask(lambda bot: bot.set_webhook(hook_url, allowed_updates=["message"], drop_pending_updates=True))
    tap = an.taps("Có")
    assert tele.pending == []
    with pytest.raises(AssertionError, match="leave out callback_query"):
        tele.deliver(tap)


def test_a_file_can_be_fetched(tele: FakeTelegram, ask: Any) -> None:
    file_id = tele.add_file("ho so.jpg", b"abc")

    async def fetch(bot: Bot) -> bytes:
        return bytes(await (await bot.get_file(file_id)).download_as_bytearray())

    assert ask(fetch) == b"abc"


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        ({"what": 500}, NetworkError),
        ({"what": 429, "body": {"parameters": {"retry_after": 3}}}, RetryAfter),
        ({"what": "reset"}, NetworkError),
        ({"what": "timeout"}, TimedOut),
    ],
    ids=["500", "429", "reset", "timeout"],
)
@pytest.mark.parametrize("acting", [False, True], ids=["not sent", "sent"])
def test_a_planned_failure_happens_once(
    *, plan: dict[str, Any], error: type[Exception], acting: bool, tele: FakeTelegram, ask: Any, an: Any
) -> None:
    tele.fail_next(**plan, on="/sendMessage", acting=acting)
    with pytest.raises(error):
        ask(send(), read_timeout=0.3)
    assert len(an.inbox) == acting
    ask(send())
    assert len(an.inbox) == 1 + acting
    assert [sent.fields["text"] for sent in tele.requests("/sendMessage")] == ["xin chào"] * 2


# ── Zalo: OAuth ───────────────────────────────────────────────────────


class Caller:
    """A bare client of Zalo's two hosts."""

    def __init__(self, fake: FakeZalo, base: str) -> None:
        self.fake = fake
        self.tokens = fake.issue_tokens()
        self.http = httpx.Client(base_url=base, trust_env=False, timeout=5)

    def exchange(self, grant_type: str = "refresh_token", secret: str = "", **fields: str) -> dict[str, Any]:
        form = {"app_id": self.fake.app_id, "grant_type": grant_type, **fields}
        headers = {"secret_key": secret or self.fake.app_secret}
        answer = self.http.post("/oauth/v4/oa/access_token", data=form, headers=headers)
        assert answer.status_code == 200
        return dict(answer.json())

    def refresh(self, **fields: str) -> dict[str, Any]:
        return self.exchange(**{"refresh_token": self.tokens.refresh, **fields})

    def get(self, path: str, token: str = "", **query: str) -> httpx.Response:
        headers = {"access_token": token or self.tokens.access}
        return self.http.get(f"/openapi{path}", params=query, headers=headers)

    def post(self, path: str, body: Any, **headers: str) -> dict[str, Any]:
        sent = {"access_token": self.tokens.access, **headers}
        answer = self.http.post(f"/openapi{path}", json=body, headers=sent)
        assert answer.status_code == 200
        return dict(answer.json())

    def cs(self, user_id: str, message: Any, **recipient: str) -> dict[str, Any]:
        body = {"recipient": recipient or {"user_id": user_id}, "message": message}
        return self.post("/v3.0/oa/message/cs", body)

    def upload(self, kind: str, content: bytes) -> dict[str, Any]:
        headers = {"access_token": self.tokens.access}
        path = f"/openapi/v2.0/oa/upload/{kind}"
        return dict(self.http.post(path, files={"file": ("f", content)}, headers=headers).json())


@pytest.fixture
def api(zalo: FakeZalo, url: str) -> Iterator[Caller]:
    caller = Caller(zalo, url)
    with caller.http:
        yield caller


@pytest.fixture
def binh(zalo: FakeZalo) -> zalo_people.Person:
    person = zalo.person(name="Bình")
    person.says("chào")
    return person


def test_a_refresh_rotates_both_tokens(api: Caller) -> None:
    answer = api.refresh()
    assert answer["expires_in"] == "90000"
    assert answer["refresh_token"] != api.tokens.refresh
    assert api.get("/v2.0/oa/getoa", token=answer["access_token"]).json()["error"] == 0
    assert api.get("/v2.0/oa/getoa").json()["error"] == 0


def test_a_replayed_refresh_token_is_refused_in_http_200(api: Caller) -> None:
    api.refresh()
    replay = api.refresh()
    assert (replay["error"], replay["error_name"]) == (-14019, "Invalid refresh token")
    assert "access_token" not in replay


def test_oauth_refusals_may_lack_the_number(api: Caller) -> None:
    api.fake.switches.omit_oauth_error_number = True
    assert "error" not in api.refresh(app_id="1")
    assert api.refresh(app_id="1")["error_name"] == "Invalid app id"


def test_expires_in_may_be_a_number(api: Caller) -> None:
    api.fake.switches.expires_in_as_number = True
    assert api.refresh()["expires_in"] == 90000


def test_a_refresh_may_kill_the_old_access_token(api: Caller) -> None:
    api.fake.switches.refresh_kills_access_token = True
    api.refresh()
    assert api.get("/v2.0/oa/getoa").json()["error"] == -216


def test_a_refresh_token_dies_after_90_days(api: Caller) -> None:
    api.fake.clock.advance(90 * DAY + 1)
    assert api.refresh()["error"] == -14020


def test_a_refresh_can_rotate_and_then_drop_the_connection(api: Caller) -> None:
    api.fake.fail_next("reset", on="/access_token", acting=True)
    with pytest.raises(httpx.TransportError):
        api.refresh()
    assert api.refresh()["error"] == -14019


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"secret": "wrong"}, -14004), ({"app_id": "1"}, -14002), ({"grant_type": "password"}, -14005)],
)
def test_oauth_refuses_a_wrong(fields: dict[str, str], code: int, api: Caller) -> None:
    assert api.refresh(**fields)["error"] == code


def test_oauth_refuses_json(api: Caller) -> None:
    body = {"app_id": api.fake.app_id, "grant_type": "refresh_token", "refresh_token": api.tokens.refresh}
    headers = {"secret_key": api.fake.app_secret}
    assert "error_name" in api.http.post("/oauth/v4/oa/access_token", json=body, headers=headers).json()
    assert "access_token" in api.refresh()


def test_a_code_works_once_within_ten_minutes_with_its_verifier(api: Caller) -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = challenge_of(verifier)
    assert challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    code = api.fake.oauth.grant(challenge)
    assert "access_token" in api.exchange("authorization_code", code=code, code_verifier=verifier)
    assert api.exchange("authorization_code", code=code, code_verifier=verifier)["error"] == -14005
    assert api.exchange("authorization_code", code=api.fake.oauth.grant(challenge))["error"] == -14005
    late = api.fake.oauth.grant()
    api.fake.clock.advance(601)
    assert api.exchange("authorization_code", code=late)["error"] == -14005


# ── Zalo: the API ─────────────────────────────────────────────────────


def test_a_missing_unknown_or_bearer_token_is_invalid(api: Caller) -> None:
    bearer = {"Authorization": f"Bearer {api.tokens.access}"}
    for headers in ({}, {"access_token": "x"}, bearer):
        answer = api.http.get("/openapi/v2.0/oa/getoa", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (200, -216)


@pytest.mark.parametrize("code", [-220, -216])
def test_an_access_token_dies_after_25_hours(code: int, api: Caller) -> None:
    api.fake.switches.expired_token_code = code
    api.fake.clock.advance(25 * 3600 + 1)
    assert api.get("/v2.0/oa/getoa").json()["error"] == code


def test_a_wrong_appsecret_proof_is_refused(api: Caller, binh: Any) -> None:
    body = {"recipient": {"user_id": binh.id}, "message": {"text": "x"}}
    assert api.post("/v3.0/oa/message/cs", body, appsecret_proof="0" * 64)["error"] == -242


def test_a_text_reaches_the_citizen_in_the_free_window(api: Caller, binh: Any) -> None:
    answer = api.cs(binh.id, {"text": "xin chào"})
    assert answer["data"]["quota"] == {"quota_type": "reply"}
    [shown] = binh.inbox
    assert (shown.text, shown.message_id) == ("xin chào", answer["data"]["message_id"])
    assert len(shown.message_id) == 20
    int(shown.message_id, 16)


@pytest.mark.parametrize(
    ("idle", "code"),
    [(0, 0), (2 * DAY, 0), (2 * DAY + 1, 0), (7 * DAY, 0), (7 * DAY + 1, -230)],
)
def test_the_window_closes_after_seven_days(idle: int, code: int, api: Caller, binh: Any) -> None:
    api.fake.clock.advance(idle)
    api.tokens = api.fake.issue_tokens()
    answer = api.cs(binh.id, {"text": "x"})
    assert answer["error"] == code
    assert api.fake.billed == (2 * DAY < idle <= 7 * DAY)
    assert ("quota" in answer.get("data", {})) == (idle <= 2 * DAY)
    binh.says("còn đó không")
    assert api.cs(binh.id, {"text": "x"})["data"]["quota"]["quota_type"] == "reply"


def test_a_billed_message_may_be_refused(api: Caller, binh: Any) -> None:
    api.fake.switches.billing_error = -321
    api.fake.clock.advance(3 * DAY)
    api.tokens = api.fake.issue_tokens()
    assert api.cs(binh.id, {"text": "x"})["error"] == -321


def test_a_silent_follower_gets_three_welcome_messages(api: Caller) -> None:
    person = api.fake.person()
    assert api.cs(person.id, {"text": "x"})["error"] == -232
    person.follows()
    kinds = [api.cs(person.id, {"text": "x"}).get("data", {}).get("quota", {}) for _ in range(4)]
    assert [kind.get("remain") for kind in kinds] == ["2", "1", "0", None]


def test_following_may_open_the_window(api: Caller) -> None:
    api.fake.switches.follow_is_interaction = True
    person = api.fake.person()
    person.follows()
    assert api.cs(person.id, {"text": "x"})["data"]["quota"]["quota_type"] == "reply"


def test_the_chat_now_button_opens_the_window(api: Caller) -> None:
    person = api.fake.person()
    assert person.opens_chat()["user_id"] == person.id
    assert api.cs(person.id, {"text": "x"})["error"] == 0


def test_a_consultation_goes_out_at_night(api: Caller, binh: Any) -> None:
    api.fake.clock.advance((16 * 3600 - NOW) % DAY)  # 23:00 in Viet Nam is 16:00 UTC
    assert api.cs(binh.id, {"text": "x"})["error"] == 0


def button(**changes: Any) -> dict[str, Any]:
    return {"title": "Lệ phí", "type": "oa.query.show", "payload": "#fee", **changes}


def with_buttons(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"text": "Chọn:", "attachment": {"type": "template", "payload": {"buttons": list(buttons)}}}


def template(kind: str, *elements: dict[str, Any]) -> dict[str, Any]:
    payload = {"template_type": kind, "elements": list(elements)}
    return {"attachment": {"type": "template", "payload": payload}}


def element(**changes: Any) -> dict[str, Any]:
    return {"title": "Khai sinh", "subtitle": "trong 60 ngày", **changes}


PHOTO = {"media_type": "image", "url": "https://a.vn/a.jpg"}
SMS = {"phone_code": "84901234567", "content": "x" * 161}
REFUSED_CONTENT: dict[str, tuple[Any, int]] = {
    "2001 characters": ({"text": "x" * 2001}, -210),
    "empty text": ({"text": " "}, -201),
    "no text": ({}, -201),
    "not an object": ("x", -201),
    "unknown field": ({"text": "x", "parse_mode": "HTML"}, -201),
    "6 buttons": (with_buttons(*[button()] * 6), -201),
    "no buttons": (with_buttons(), -201),
    "title of 101": (with_buttons(button(title="x" * 101)), -201),
    "payload of 1001": (with_buttons(button(payload="x" * 1001)), -201),
    "payload an object": (with_buttons(button(payload={"a": 1})), -201),
    "unknown button": (with_buttons(button(type="oa.dance")), -201),
    "link without url": (with_buttons(button(type="oa.open.url", payload="https://a.vn")), -201),
    "phone without code": (with_buttons(button(type="oa.open.phone", payload={})), -201),
    "sms of 161": (with_buttons(button(type="oa.open.sms", payload=SMS)), -201),
    "6 elements": (template("list", *[element()] * 6), -201),
    "first without subtitle": (template("list", {"title": "x"}), -201),
    "url and attachment_id": (template("media", {**PHOTO, "attachment_id": "x"}), -201),
    "unknown attachment": (template("media", {"media_type": "image", "attachment_id": "x"}), -201),
    "unknown template": (template("carousel", element()), -233),
}


@pytest.mark.parametrize("case", REFUSED_CONTENT)
def test_zalo_refuses(case: str, api: Caller, binh: Any) -> None:
    message, code = REFUSED_CONTENT[case]
    assert api.cs(binh.id, message)["error"] == code
    assert binh.inbox == []


@pytest.mark.parametrize(
    "message",
    [
        {"text": "x" * 2000},
        with_buttons(*[button(title="x" * 100, payload="x" * 1000)] * 5),
        with_buttons(button(type="oa.open.url", payload={"url": "https://a.vn"})),
        template("list", *[element(default_action={"type": "oa.query.hide", "payload": "#1"})] * 5),
        template("media", PHOTO),
        template("request_user_info", element(image_url="https://a.vn/a.jpg")),
    ],
    ids=["2000 characters", "5 buttons", "link", "list", "photo", "contact form"],
)
def test_zalo_accepts_up_to_the_limit(message: Any, api: Caller, binh: Any) -> None:
    assert api.cs(binh.id, message)["error"] == 0
    assert len(binh.inbox) == 1


@pytest.mark.parametrize(
    ("switch", "value", "message", "code"),
    [
        ("long_text_code", -201, {"text": "x" * 2001}, -201),
        ("length_in_utf16", True, {"text": "😀" * 1001}, -210),
        ("buttons_on_cs", False, with_buttons(button()), -233),
        ("list_on_cs", False, template("list", element()), -233),
    ],
)
def test_an_unknown_of_sending_is_a_switch(
    *, switch: str, value: Any, message: Any, code: int, api: Caller, binh: Any
) -> None:
    before = api.cs(binh.id, message)["error"]
    setattr(api.fake.switches, switch, value)
    assert (api.cs(binh.id, message)["error"], before != code) == (code, True)


@pytest.mark.parametrize(
    ("state", "code"),
    [({"blocked": True}, -244), ({"dormant": True}, -227), ({"last_interaction": None}, -232)],
)
def test_a_citizens_state_is_respected(state: dict[str, Any], code: int, api: Caller, binh: Any) -> None:
    for name, value in state.items():
        setattr(binh, name, value)
    assert api.cs(binh.id, {"text": "x"})["error"] == code


@pytest.mark.parametrize("code", [-201, -213])
def test_an_unknown_user_is_refused(code: int, api: Caller) -> None:
    api.fake.switches.unknown_user_code = code
    assert api.cs("999999999999999999", {"text": "x"})["error"] == code


def test_ids_must_be_strings(api: Caller, binh: Any) -> None:
    body = {"recipient": {"user_id": int(binh.id)}, "message": {"text": "x"}}
    assert api.post("/v3.0/oa/message/cs", body)["error"] == -201


def test_a_reply_by_message_id_may_be_capped(api: Caller, binh: Any) -> None:
    msg_id = binh.says("hỏi")["message"]["msg_id"]
    api.fake.switches.replies_per_message = 1
    assert api.cs("", {"text": "x"}, message_id=msg_id)["error"] == 0
    assert api.cs("", {"text": "x"}, message_id=msg_id)["error"] == -311


def test_the_old_message_api_is_shut_down(api: Caller, binh: Any) -> None:
    body = {"recipient": {"user_id": binh.id}, "message": {"text": "x"}}
    assert api.post("/v2.0/oa/message", body)["error"] == -240


def test_a_minute_holds_so_many_calls(api: Caller) -> None:
    api.fake.switches.calls_per_minute = 2
    answers = [api.get("/v2.0/oa/getoa") for _ in range(3)]
    assert [answer.json()["error"] for answer in answers] == [0, 0, -32]
    assert [answer.headers["X-RateLimit-Remain"] for answer in answers] == ["1", "0", "0"]
    api.fake.clock.advance(60 - NOW % 60)
    assert api.get("/v2.0/oa/getoa").json()["error"] == 0


def test_a_profile_is_only_for_followers(api: Caller, binh: Any) -> None:
    detail = f'{{"user_id":"{binh.id}"}}'
    assert api.get("/v3.0/oa/user/detail", data=detail).json()["error"] == -213
    binh.follows()
    data = api.get("/v3.0/oa/user/detail", data=detail).json()["data"]
    assert (data["display_name"], data["user_last_interaction_date"]) == ("Bình", "22/11/2025")
    assert api.get("/v3.0/oa/user/detail", data="x").json()["error"] == -201


def test_an_upload_lives_for_seven_days(api: Caller, binh: Any) -> None:
    attachment = api.upload("image", JPEG)["data"]["attachment_id"]
    photo = template("media", {"media_type": "image", "attachment_id": attachment})
    assert api.cs(binh.id, photo)["error"] == 0
    api.fake.clock.advance(7 * DAY + 1)
    api.tokens = api.fake.issue_tokens()
    binh.says("còn không")
    assert api.cs(binh.id, photo)["error"] == -100


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("image", b"GIF89a", -201),
        ("image", b"\x89PNG" + bytes(1024 * 1024), -210),
        ("file", b"%PDF" + bytes(5 * 1024 * 1024), -210),
        ("file", b"%PDF", 0),
        ("gif", b"GIF89a", 0),
    ],
    ids=["not a photo", "large photo", "large file", "pdf", "gif"],
)
def test_an_upload_is_checked(kind: str, content: bytes, code: int, api: Caller) -> None:
    assert api.upload(kind, content)["error"] == code


def test_nothing_is_idempotent_and_a_dropped_send_still_echoes(api: Caller, binh: Any) -> None:
    api.fake.pending.clear()
    api.fake.fail_next("reset", on="/message/cs", acting=True)
    with pytest.raises(httpx.TransportError):
        api.cs(binh.id, {"text": "x"})
    [shown] = binh.inbox
    [echo] = api.fake.pending
    assert (echo["event_name"], echo["message"]["msg_id"]) == ("oa_send_text", shown.message_id)
    api.cs(binh.id, {"text": "x"})
    assert len(binh.inbox) == 2


@pytest.mark.parametrize("what", ["reset", "timeout"])
def test_a_planned_failure_leaves_no_trace(what: Any, api: Caller, binh: Any) -> None:
    api.fake.fail_next(what, on="/message/cs", seconds=0.1)
    with pytest.raises(httpx.TransportError):
        api.cs(binh.id, {"text": "x"})
    assert binh.inbox == []
    assert len(api.fake.requests("/message/cs")) == 1


def test_a_planned_code_comes_in_http_200_and_a_500_does_not(api: Caller) -> None:
    api.fake.fail_next(-200)
    assert api.get("/v2.0/oa/getoa").json()["error"] == -200
    api.fake.fail_next(500)
    assert api.get("/v2.0/oa/getoa").status_code == 500


def test_the_media_host_has_its_traps(api: Caller) -> None:
    answers = {name: api.http.get(f"/media/{name}.jpg") for name in ("photo", "gone", "huge", "private")}
    assert [answer.status_code for answer in answers.values()] == [200, 404, 200, 307]
    assert answers["private"].headers["location"].startswith("http://169.254.")


# ── Zalo: the citizen's side ──────────────────────────────────────────


def test_a_tap_arrives_as_the_payload_typed(api: Caller, binh: Any) -> None:
    api.cs(
        binh.id,
        with_buttons(button(), button(title="Gọi", type="oa.open.phone", payload={"phone_code": "84"})),
    )
    event = binh.taps("Lệ phí")
    assert (event["event_name"], event["message"]["text"]) == ("user_send_text", "#fee")
    with pytest.raises(AssertionError, match="sends nothing back"):
        binh.taps("Gọi")
    with pytest.raises(AssertionError, match=r"\['Lệ phí', 'Gọi'\]"):
        binh.taps("Thời hạn")


@pytest.mark.parametrize("menu", ["1. Giấy tờ\n2. Lệ phí", "1) a\n2) b", "[1] a\n[2] b", "1️⃣ a\n2️⃣ b"])
def test_a_number_is_picked_only_from_a_menu(menu: str, api: Caller, binh: Any) -> None:
    api.cs(binh.id, {"text": menu})
    assert binh.picks(2)["message"]["text"] == "2"
    with pytest.raises(AssertionError, match="No choice 3"):
        binh.picks(3)


# ── Zalo: the webhook ─────────────────────────────────────────────────

VECTOR = (
    '{"app_id":"1234567890123456789","sender":{"id":"2468458835296117922"},'
    '"user_id_by_app":"5521772797175877301","recipient":{"id":"3886132808788086451"},'
    '"event_name":"user_send_text","message":{"text":"xin chào","msg_id":"96d3cdf3af150460909"},'
    '"timestamp":"1763785200123"}'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (VECTOR, "f3dc1e13f2c4656b396406375391cfcc241844f391c88521b555531e93723401"),
        (VECTOR.replace("à", "\\u00e0"), "e98239296c793ea1038bb250fe06c6c9fc15045105371ee65ae8aa72016b324f"),
    ],
    ids=["raw", "escaped"],
)
def test_the_signature_matches_the_known_vector(body: str, expected: str) -> None:
    found = mac("1234567890123456789", body.encode(), "1763785200123", "oa-secret-for-tests")
    assert found == expected


def is_right(fake: FakeZalo, headers: dict[str, str], body: bytes) -> bool:
    """The receiver's own reading of A.2.2, spaces and bare hex allowed."""
    value = headers.get("x-zevent-signature", "").replace(" ", "").removeprefix("mac=")
    text = fake.app_id.encode() + body + str(int(NOW * 1000)).encode() + fake.webhook_secret.encode()
    return value == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize(
    ("signing", "right"),
    [("mac", True), ("bare", True), ("spaced", True)]
    + [(name, False) for name in ("oa_id", "wrong_secret", "hmac", "missing", "altered")],
)
@pytest.mark.parametrize("escaped", [False, True], ids=["raw", "escaped"])
def test_a_delivery_is_signed_over_its_exact_bytes(
    *, signing: Any, right: bool, escaped: bool, zalo: FakeZalo, binh: Any, hook: Receiver, hook_url: str
) -> None:
    zalo.switches.escaped_json = escaped
    zalo.webhook_url = hook_url
    zalo.deliver(binh.says("đăng ký"), signing=signing)
    [(headers, body)] = hook.got
    assert is_right(zalo, headers, body) == right
    assert (b"\\u0111" in body) == escaped


def test_ids_may_be_numbers_and_are_still_signed(zalo: FakeZalo, binh: Any, hook: Receiver, hook_url: str) -> None:
    zalo.switches.ids_as_numbers = True
    zalo.webhook_url = hook_url
    zalo.deliver(binh.says("chào"))
    [(headers, body)] = hook.got
    assert is_right(zalo, headers, body)
    assert f'"sender":{{"id":{binh.id}}}'.encode() in body


def test_a_failed_delivery_climbs_the_ladder_and_then_the_app_is_unsubscribed(
    zalo: FakeZalo, binh: Any, hook: Receiver, hook_url: str
) -> None:
    zalo.webhook_url = hook_url
    hook.statuses = [500] * 6
    zalo.deliver(binh.says("chào"))
    for step in (30, 300, 900, 1800, 3600):
        zalo.clock.advance(step - 1)
        assert zalo.run_due() == []
        zalo.clock.advance(1)
        assert len(zalo.run_due()) == 1
    assert [headers.get("num_retry") for headers, _ in hook.got] == [None, "1", "2", "3", "4", "5"]
    assert len({body for _, body in hook.got}) == 1
    assert zalo.subscribed is False
    assert zalo.deliver(binh.says("còn đó không")) == []
    assert zalo.save_webhook(hook_url) is True
    assert len(zalo.deliver(binh.says("lại"))) == 1


def test_the_ladder_ends_with_the_first_good_answer(zalo: FakeZalo, binh: Any, hook: Receiver, hook_url: str) -> None:
    zalo.webhook_url = hook_url
    hook.statuses = [500]
    zalo.deliver(binh.says("chào"))
    zalo.clock.advance(3 * 3600)
    assert [attempt.status for attempt in zalo.run_due()] == [200]
    assert zalo.redeliveries == []


@pytest.mark.parametrize("retried", [True, False])
def test_a_late_answer_or_a_bad_status_may_be_redelivered(
    retried: bool, zalo: FakeZalo, binh: Any, hook: Receiver, hook_url: str
) -> None:
    zalo.switches.retry_on_bad_status = zalo.switches.retry_on_slow_answer = retried
    zalo.switches.answer_within = 0.1
    zalo.webhook_url = hook_url
    hook.delay, hook.statuses = 0.2, [200, 500]
    zalo.deliver(binh.says("chậm"))
    hook.delay = 0
    hook.statuses = [500]
    zalo.deliver(binh.says("hỏng"))
    assert len(zalo.redeliveries) == (2 if retried else 0)


def test_a_dead_webhook_is_a_failure(zalo: FakeZalo, binh: Any) -> None:
    zalo.webhook_url = "http://127.0.0.1:1/hook"
    [attempt] = zalo.deliver(binh.says("chào"))
    assert (attempt.status, len(zalo.redeliveries)) == (None, 1)


def test_events_come_twice_and_swapped_on_demand(zalo: FakeZalo, hook: Receiver, hook_url: str) -> None:
    person = zalo.person()
    person.says("một")
    person.says("hai")
    zalo.webhook_url = hook_url
    zalo.deliver_pending(times=2, swapped=True)
    texts = ["hai" if b"hai" in body else "một" for _, body in hook.got]
    assert texts == ["hai", "hai", "một", "một"]
    assert zalo.pending == []


def test_the_probe_is_unsigned_and_poor(zalo: FakeZalo, hook: Receiver, hook_url: str) -> None:
    hook.statuses = [403]
    assert zalo.save_webhook(hook_url) is False
    assert zalo.save_webhook(hook_url) is True
    headers, body = hook.got[0]
    assert "x-zevent-signature" not in headers
    assert b"app_id" not in body


def test_each_send_is_echoed_received_and_seen(api: Caller, binh: Any) -> None:
    api.fake.switches.receipts = True
    api.fake.pending.clear()
    api.cs(binh.id, {"text": "x"})
    api.fake.officer_writes(binh, "tôi là cán bộ")
    names = [event["event_name"] for event in api.fake.pending]
    assert names == ["oa_send_text", "user_received_message", "user_seen_message", "oa_send_text"]
    senders = [event["sender"] for event in api.fake.pending if event["event_name"] == "oa_send_text"]
    assert ["admin_id" in sender for sender in senders] == [False, True]
    assert binh.inbox[-1].text == "tôi là cán bộ"


def test_events_and_echoes_may_be_delivered_at_once(api: Caller, hook: Receiver, hook_url: str) -> None:
    api.fake.switches.deliver_at_once = True
    api.fake.webhook_url = hook_url
    person = api.fake.person()
    person.says("chào")
    assert len(hook.got) == 1
    api.cs(person.id, {"text": "x"})
    with api.fake.changed:
        assert api.fake.changed.wait_for(lambda: len(api.fake.attempts) == 2, timeout=5)


def test_every_known_event_has_a_sample_that_can_be_delivered(
    zalo: FakeZalo, binh: Any, hook: Receiver, hook_url: str
) -> None:
    zalo.webhook_url = hook_url
    samples = zalo.fixtures(binh)
    zalo.deliver_all(list(samples.values()))
    assert all(is_right(zalo, headers, body) for headers, body in hook.got)
    assert len(hook.got) == len(samples) > 70
    assert "sender" not in samples["follow"]
    assert samples["follow"]["follower"] == {"id": binh.id}
    location = samples["user_send_location"]["message"]["attachments"][0]["payload"]
    assert location == {"coordinates": {"latitude": "10.7642473", "longitude": "106.6563230"}}
    assert {"user_submit_info", "user_submit_info - older", "something_new"} <= samples.keys()
    assert {"user_out_group", "user_leave_group", "user_send_group_text"} <= samples.keys()
