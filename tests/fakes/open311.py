"""A GeoReport v2 server of another body, for the application to forward to. It keeps what it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

KEY = "khoa-cua-xa"


@dataclass
class Open311Double:
    """`answers`: what it does with the next posts, one after the other: a status, `lose` (takes it and cuts the
    connection), `token`, `redirect`; afterwards it takes them. `requests` are what it has."""

    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[int | str] = field(default_factory=list)
    posts: int = 0
    asked: list[str] = field(default_factory=list)
    elsewhere: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> Starlette:
        """To be served."""
        return Starlette(
            routes=[
                Route("/v2/requests.json", self.post, methods=["POST"]),
                Route("/v2/requests.json", self.find),
                Route("/v2/requests/{id}.json", self.one),
                Route("/v2/tokens/{id}.json", self.token),
                Route("/elsewhere", self.away, methods=["GET", "POST"]),
            ]
        )

    async def post(self, request: Request) -> Response:
        """Take a request."""
        self.posts += 1
        form = dict(await request.form())
        act = self.answers.pop(0) if self.answers else 200
        if form.get("api_key") != KEY:
            return JSONResponse([{"code": 403, "description": "Invalid api_key"}], 403)
        if isinstance(act, int) and act != 200:
            return JSONResponse([{"code": act, "description": "Không nhận"}], act)
        if act == "redirect":
            return RedirectResponse("/elsewhere", 307)
        name = str(293944 + len(self.requests))
        self.requests[name] = {**form, "service_request_id": name, "status": "open", "status_notes": None}
        if act == "lose":
            request.state.reset()
        if act == "token":
            return JSONResponse([{"token": f"t{name}"}])
        return JSONResponse([{"service_request_id": int(name), "service_notice": None, "account_id": None}])

    async def find(self, request: Request) -> Response:
        """All that it has."""
        assert request.query_params["start_date"].endswith("Z")
        return JSONResponse(list(self.requests.values()))

    async def one(self, request: Request) -> Response:
        """One of them."""
        self.asked.append(request.path_params["id"])
        found = self.requests.get(request.path_params["id"])
        return JSONResponse([found] if found else [{"code": 404, "description": "?"}], 200 if found else 404)

    async def token(self, request: Request) -> Response:
        """The id of a token, once it has one."""
        name = self.tokens.get(request.path_params["id"])
        return JSONResponse([{"service_request_id": name, "token": request.path_params["id"]}])

    async def away(self, _: Request) -> Response:
        """Where nobody should be sent."""
        self.elsewhere += 1
        return JSONResponse([])
