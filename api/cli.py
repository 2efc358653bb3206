"""The command line: `motcua serve | chat | parse | knowledge | sentences | model | officer | peer`."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api import officer_commands, peer_commands
from api.app import create_app
from api.one_sentence import one_sentence
from bot.accuracy import judge
from bot.accuracy import report as accuracy
from bot.knowledge import load_knowledge
from bot.knowledge_check import report
from bot.logs import set_up_logs
from bot.sentences import gather, problems, read_sentences, write_origin
from bot.service import Service, running
from bot.settings import ROOT, Settings
from bot.store import migrate
from bot.terminal import talk
from bot.understanding import open_understanding
from nlu.runtime import open_archive

app = typer.Typer(help="Một Cửa: trợ lý thủ tục hành chính cấp xã.", no_args_is_help=True)
knowledge = typer.Typer(help="What the bot knows.", no_args_is_help=True)
app.add_typer(knowledge, name="knowledge")
sentences = typer.Typer(help="The training sentences.", no_args_is_help=True)
app.add_typer(sentences, name="sentences")
model = typer.Typer(help="The trained model.", no_args_is_help=True)
app.add_typer(model, name="model")
app.add_typer(officer_commands.app, name="officer")
app.add_typer(peer_commands.app, name="peer")


@app.command()
def serve() -> None:
    """Run the bot: web chat, webhooks, workers and senders."""
    with one_sentence() as settings:
        set_up_logs(settings.log_level)
        migrate(settings.database)
        asyncio.run(_serve(settings))


class _Server(uvicorn.Server):
    """uvicorn, but a signal only ends it: the rest of the process closes in order afterwards."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True


async def _serve(settings: Settings) -> None:
    async with running(settings) as service:
        config = uvicorn.Config(
            create_app(service),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=3,
        )
        server = _Server(config)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():
            await asyncio.sleep(0.02)
        if server.started:
            _print_addresses(service, server.servers[0].sockets[0].getsockname()[1])
        await serving


def _print_addresses(service: Service, port: int) -> None:
    settings = service.settings
    base = settings.public_url.rstrip("/") or f"http://{settings.host}:{port}"
    used = {account.channel.name for account in service.accounts.values()}
    typer.echo(f"Hỏi đáp trên web:  {base}/")
    for name, wanted in (("telegram", "MOTCUA_TELEGRAM_TOKEN"), ("zalo", "MOTCUA_ZALO_APP_ID")):
        state = "đang bật" if name in used else f"chưa bật: đặt {wanted} trong .env"
        typer.echo(f"{name.capitalize() + ':':<18} {base}/webhooks/{name}  ({state})")
    sys.stdout.flush()


@app.command()
def chat() -> None:
    """Talk to the bot in this terminal; nothing is stored."""
    with one_sentence() as settings:
        asyncio.run(talk(settings))


@app.command()
def parse() -> None:
    """Understand texts: one JSON object {"text": …} a line on standard input, one parse a line out."""
    with one_sentence() as settings:
        asyncio.run(_parse(settings))


async def _parse(settings: Settings) -> None:
    understanding = open_understanding(settings)
    try:
        for number, line in enumerate(sys.stdin, 1):
            if line.strip():
                parsed = await understanding.parse(_text_of(line, number))
                print(json.dumps(parsed.as_dict(), ensure_ascii=False), flush=True)
    finally:
        await understanding.close()


def _text_of(line: str, number: int) -> str:
    try:
        asked = json.loads(line)
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        typer.echo(f'motcua: line {number} of the input is not a JSON object with a "text"', err=True)
        raise typer.Exit(1)
    return str(asked["text"])


@knowledge.command()
def check(today: Annotated[str, typer.Option(help="Judge as of this day (YYYY-MM-DD).")] = "") -> None:
    """Count entries; list missing sources, stale entries and dead links; fail on a bad file."""
    with one_sentence() as settings:
        day = date.fromisoformat(today) if today else date.today()
        for line in report(load_knowledge(settings.data / "knowledge"), day):
            typer.echo(line)


@sentences.command("check")
def check_sentences() -> None:
    """Find topics without enough sentences, sentences said twice, unknown topics and aspects."""
    with one_sentence() as settings:
        topics = {entry.id for entry in load_knowledge(settings.data / "knowledge")}
        written = read_sentences(settings.data / "intents")
        found = list(problems(written, topics))
        typer.echo("\n".join(found) or f"{len(written)} sentences, nothing wrong")
        if found:
            raise typer.Exit(1)


@sentences.command("gather")
def gather_sentences(folder: Annotated[Path, typer.Argument(help="Where to write; emptied first.")]) -> None:
    """Write all that Rasa trains on into one folder: the sentences, and what the knowledge says of each topic."""
    with one_sentence() as settings:
        typer.echo(f"{gather(settings.data, folder)} sentences from the knowledge")


@model.command("report")
def report_model(results: Annotated[Path, typer.Argument(help="Folder that `rasa test nlu` wrote.")]) -> None:
    """Measure the model on the evaluation sentences; write docs/accuracy.md."""
    with one_sentence() as settings:
        known = load_knowledge(settings.data / "knowledge")
        asked = read_sentences(ROOT / "tests" / "evaluation")
        runtime = open_archive(settings.model)
        judged = judge(asked, runtime.parse, known)
        counted = results / "intent_report.json"
        rasa_f1 = json.loads(counted.read_text())["macro avg"]["f1-score"] if counted.exists() else None
        trained_on = len(read_sentences(settings.data / "intents"))
        lines = list(accuracy(judged, trained_on, rasa_f1, date.today()))
        (ROOT / "docs" / "accuracy.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        typer.echo("\n".join(lines))


@model.command("seal")
def seal_model() -> None:
    """Note beside the archive, right after training, what it was trained from."""
    with one_sentence() as settings:
        write_origin(settings.model, ROOT)
