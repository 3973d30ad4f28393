"""The web application: routes from HTTP to the service and back. What is answered is decided in `service`."""

import asyncio
import base64
import contextlib
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Header, Query, Request
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from threadpoolctl import threadpool_limits

from recsys_helpers.serving import errors
from recsys_helpers.serving.connection import Connections
from recsys_helpers.serving.guard import Guard
from recsys_helpers.serving.log import start_logging
from recsys_helpers.serving.schemas import (
    Answer,
    Event,
    Film,
    ForUser,
    Health,
    Id,
    Kept,
    Likes,
    Many,
    Problem,
    Search,
    Version,
    Wanted,
)  # fmt: skip
from recsys_helpers.serving.service import Service
from recsys_helpers.serving.settings import Settings

PAGE = Path(__file__).with_name("page.html")
STATUS = {errors.NotReady: 503, errors.Unknown: 404, errors.Unfit: 422, errors.Conflict: 409, errors.Forbidden: 403}
NEAR = ("127.0.0.1", "::1", "testclient")

Bearer = Annotated[str, Header(alias="authorization", max_length=500)]
AdminToken = Annotated[str, Header(alias="x-admin-token", max_length=100)]
routes = APIRouter()


def problems(*codes: int) -> dict:
    """The refusals of a route, for the description of the service; every route may answer 400 and 503."""
    return {code: {"model": Problem} for code in (400, 503, *codes)}


def of(request: Request) -> Service:
    """The service behind this request."""
    return request.app.state.service


def as_json(content, status: int = 200) -> Response:
    """Answers are made of checked parts, so they are written once and not checked again."""
    return Response(json.dumps(content, ensure_ascii=False).encode(), status, media_type="application/json")


@routes.get("/recommend/{user_id}", response_model=Answer, responses=problems(403, 404, 422),
            summary="Films for a known user")  # fmt: skip
async def recommend(
    request: Request, user_id: Annotated[Id, InPath()], asked: Annotated[ForUser, Query()], token: Bearer = ""
):
    of(request).check_token(token)
    return as_json(await of(request).for_user(user_id, asked.k, asked.genre))


@routes.post("/recommend", response_model=Answer, responses=problems(408, 413, 422),
             summary="Films for a visitor who likes some films")  # fmt: skip
async def recommend_to_visitor(request: Request, visitor: Likes):
    return as_json(await of(request).for_visitor(visitor.likes, visitor.hidden, visitor.k, visitor.genre))


@routes.get("/similar/{item_id}", response_model=Answer, responses=problems(404, 422),
            summary="Films that go together with a film")  # fmt: skip
async def similar(request: Request, item_id: Annotated[Id, InPath()], asked: Annotated[Many, Query()]):
    return as_json(of(request).similar(item_id, asked.k))


@routes.get("/items", response_model=list[Film], responses=problems(422),
            summary="Films whose title has words that begin with those of q")  # fmt: skip
async def items(request: Request, asked: Annotated[Search, Query()]):
    return as_json(of(request).find(asked.q, asked.k))


@routes.post("/events", response_model=Kept, status_code=201, responses=problems(403, 408, 409, 413, 422),
             summary="Keep what a visitor did")  # fmt: skip
async def keep(request: Request, event: Event, token: Bearer = ""):
    of(request).check_token(token)
    event_id = str(event.event_id)
    is_new = await of(request).keep(event_id, event.user_id, event.item_id, event.kind)
    return as_json({"event_id": event_id, "is_new": is_new}, 201)


@routes.get("/health/live", response_model=Health, responses=problems(), summary="The process runs")
async def live():
    return as_json({"status": "ok", "reason": ""})


@routes.get("/health/ready", response_model=Health, responses={400: {"model": Problem}, 503: {"model": Health}},
            summary="The model answers (200) or does not (503)")  # fmt: skip
async def ready(request: Request):
    answers, status, reason = of(request).health()
    return as_json({"status": status, "reason": reason}, 200 if answers else 503)


@routes.get("/metrics", response_class=Response, responses=problems(403, 422),
            summary="Counts and times for Prometheus")  # fmt: skip
async def metrics(request: Request, token: Bearer = ""):
    of(request).check_token(token)
    return Response(of(request).metrics.text(), media_type=CONTENT_TYPE_LATEST)


@routes.get("/version", response_model=Version, responses=problems(), summary="Which bundle answers")
async def version(request: Request):
    return as_json(of(request).version())


def check_admin(request: Request, token: str) -> Service:
    """The service, if this request may change its version."""
    if request.client is None or request.client.host not in NEAR:
        raise errors.Forbidden("Only from this computer, with the token in the file admin_token.")
    of(request).check_admin(token)
    return of(request)


@routes.post("/admin/swap", response_model=Version, responses=problems(403, 408, 409, 413, 422),
             summary="Put another version into use")  # fmt: skip
async def swap(request: Request, wanted: Wanted, token: AdminToken = ""):
    service = check_admin(request, token)
    await service.versions.swap(wanted.version, wanted.force)
    return as_json(service.version())


@routes.post("/admin/rollback", response_model=Version, responses=problems(403, 408, 409, 413, 422),
             summary="Go back to the last good version")  # fmt: skip
async def rollback(request: Request, token: AdminToken = ""):
    service = check_admin(request, token)
    await service.versions.roll_back()
    return as_json(service.version())


def make_app(settings: Settings) -> Guard:
    """The application for these settings, behind its guard; `.service` holds its parts."""
    service = Service(settings)
    connections = Connections(settings, service.metrics)

    @contextlib.asynccontextmanager
    async def lifespan(app):
        threadpool_limits(1)  # small matrices: a second thread costs more than it saves
        sys.setswitchinterval(0.0005)  # the model's thread should not keep the event loop waiting for 5 ms, the default
        service.start()
        tasks = [asyncio.create_task(work) for work in (service.watch(), connections.sweep())]
        yield {"gate": service.gate, "connections": connections}
        for task in tasks:
            task.cancel()
        service.close()

    # The two documentation pages of FastAPI would load their scripts from another computer.
    app = FastAPI(title="Recommendations", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.service = service
    app.include_router(routes)
    app.add_api_route("/", page_route(PAGE.read_text(encoding="utf-8")), include_in_schema=False)
    for kind, status in STATUS.items():
        app.add_exception_handler(kind, refusal(status))
    app.add_exception_handler(RequestValidationError, say_what_is_wrong)
    guard = Guard(app, service.gate, service.metrics, settings)
    guard.service = service
    return guard


def make_app_from_environment() -> Guard:
    """The application in a worker process."""
    start_logging()
    return make_app(Settings.from_environment())


def refusal(status: int):
    """A handler that turns a refusal of the service into an answer with this status."""

    async def handler(request, error):
        headers = {"Retry-After": "5"} if status == 503 else None
        return JSONResponse({"detail": str(error)}, status, headers)

    return handler


async def say_what_is_wrong(request, error) -> Response:
    """The default would repeat the input, and fails itself when that is NaN or half a character."""
    parts = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]]
    return JSONResponse({"detail": "; ".join(parts).encode("utf-8", "replace").decode()}, 422)


def page_route(html: str):
    """The page as a route. Its policy: run its own script and style, talk to this service, nothing else."""

    def hashes(tag: str) -> str:
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in found]
        return " ".join(f"'sha256-{digest}'" for digest in digests)

    policy = (
        f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}

    async def page():
        return HTMLResponse(html, headers=headers)

    return page
