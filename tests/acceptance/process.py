"""The bot as an operator runs it: `motcua serve` in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

MOTCUA = Path(sys.executable).with_name("motcua")


class Process:
    """A running (or failed) `motcua serve`."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.log = folder / "serve.log"
        self._output = self.log.open("a")
        self.process = subprocess.Popen(
            [str(MOTCUA), "serve"],
            cwd=folder,
            env=_settings(environment),
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        self._from = self.log.stat().st_size

    def wait_for_address(self, seconds: float = 60.0) -> str:
        """The web page's address, once it is printed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := re.search(r"Hỏi đáp trên web: +(\S+)/", self.output()):
                return found[1]
            assert self.process.poll() is None, self.output()
            time.sleep(0.05)
        raise AssertionError(f"no address printed: {self.output()}")

    def output(self) -> str:
        """What this process printed."""
        return self.log.read_bytes()[self._from :].decode()

    def kill(self) -> None:
        """As a power cut would end it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self._output.close()

    def stop(self) -> None:
        """As an operator ends it."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        self._output.close()


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[tuple[Process, str]]:
    """A process that is up, and its address."""
    process = Process(folder, **environment)
    try:
        yield process, process.wait_for_address()
    finally:
        process.stop()


def command(folder: Path, *arguments: str) -> str:
    """What another `motcua` command prints, run beside the process of that folder as an operator would."""
    ran = subprocess.run(
        [str(MOTCUA), *arguments],
        cwd=folder,
        env=_settings({}),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    settings = {"MOTCUA_PORT": "0", "MOTCUA_VAR": "var", "MOTCUA_DATABASE_URL": "sqlite+aiosqlite:///var/motcua.db"}
    return {**clean, **settings, **environment}


def wait_until(happened: Callable[[], bool], seconds: float) -> None:
    """Look again and again until it has happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
