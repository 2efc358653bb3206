"""The web application around the running bot."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import health, webchat, webhooks
from api.pages import HERE
from bot.service import Service


def create_app(service: Service) -> FastAPI:
    """The application of a service that runs already."""
    app = FastAPI(title="Một Cửa", docs_url=None, redoc_url=None)
    app.state.service = service
    for room in (health, webhooks, webchat):
        app.include_router(room.router)
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    return app
