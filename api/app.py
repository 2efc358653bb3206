"""The web application around the running bot."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import chat_photos, health, open311, webchat, webhooks
from api.console import routes as console
from api.pace import Pace
from api.pages import HERE
from bot.service import Service


def create_app(service: Service) -> FastAPI:
    """The application of a service that runs already."""
    app = FastAPI(title="Một Cửa", docs_url=None, redoc_url=None)
    app.state.service = service
    app.state.open311_pace = Pace(open311.PER_MINUTE)
    app.state.photo_pace = Pace(chat_photos.PER_MINUTE, together=chat_photos.TOGETHER)
    for room in (health, webhooks, webchat, chat_photos, open311, console):
        app.include_router(room.router)
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    return app
