"""Is the process up, can it work, what are its figures."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.service import Service

router = APIRouter()


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request, response: Response) -> dict[str, bool]:
    """Model loaded and database reachable; 503 when not."""
    service: Service = request.app.state.service
    ready = {"database": await service.store.reachable(), "model": await service.understanding.ready()}
    response.status_code = 200 if all(ready.values()) else 503
    return ready


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
