"""Ask for the meaning of a text: the trained model in this process, or a Rasa server over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import httpx

from bot.settings import Settings
from nlu.entities import Entity
from nlu.parse import Guess, Parse
from nlu.runtime import Runtime, open_archive


class NotUnderstood(Exception):
    """Understanding is out of order; the message itself may be fine."""


class Understanding(Protocol):
    """Gives a text its meaning, or raises `NotUnderstood`."""

    async def parse(self, text: str) -> Parse: ...

    async def warm_up(self) -> None: ...

    async def ready(self) -> bool: ...

    async def close(self) -> None: ...


class Embedded:
    """The archive that Rasa trained, parsed in this process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def parse(self, text: str) -> Parse:
        """Parse at once: a millisecond of work is not worth a thread."""
        try:
            return self._runtime.parse(text)
        except Exception as error:  # whatever goes wrong inside, the buttons must go on working
            raise NotUnderstood(f"the model failed: {type(error).__name__}") from error

    async def warm_up(self) -> None:
        """Load the rest beside the first requests."""
        await asyncio.to_thread(self._runtime.warm_up)

    async def ready(self) -> bool:
        """It was loaded, or the process would not have started."""
        return True

    async def close(self) -> None:
        """Nothing to close."""


class RasaServer:
    """`rasa run --enable-api`, asked over HTTP."""

    def __init__(self, url: str, timeout: float = 3.0) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout)

    async def parse(self, text: str) -> Parse:
        """One POST /model/parse."""
        try:
            response = await self._client.post("/model/parse", json={"text": text})
            response.raise_for_status()
            return _parse_of(text, response.json())
        except (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
            raise NotUnderstood(f"the Rasa server did not answer usably: {type(error).__name__}") from error

    async def warm_up(self) -> None:
        """The server is warm or it is not: nothing to do here."""

    async def ready(self) -> bool:
        """Whether the server answers and has a model."""
        try:
            return bool((await self._client.get("/status")).json().get("model_file"))
        except (httpx.HTTPError, ValueError, AttributeError):
            return False

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _parse_of(text: str, answer: dict[str, Any]) -> Parse:
    ranking = tuple(Guess(guess["name"], guess["confidence"]) for guess in answer["intent_ranking"])
    aspect = Guess(answer["aspect"]["name"], answer["aspect"]["confidence"])
    entities = tuple(
        Entity(found["entity"], found["value"], found["start"], found["end"]) for found in answer["entities"]
    )
    return Parse(text, ranking[0], ranking, aspect, entities)


def open_understanding(settings: Settings) -> Understanding:
    """What the settings ask for; `nlu.classifier.ModelDamaged` when the archive cannot be used."""
    return RasaServer(settings.nlu_url) if settings.nlu_url else Embedded(open_archive(settings.model))
