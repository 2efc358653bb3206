"""All routes of the console."""

from __future__ import annotations

from fastapi import APIRouter

from api.console import account, audit, inbox, login, officers, report, stuck, summary, talks

router = APIRouter()
for room in (login, inbox, report, account, officers, stuck, talks, audit, summary):
    router.include_router(room.router)
