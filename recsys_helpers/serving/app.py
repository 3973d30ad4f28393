"""The web application: typed answers, honest errors, a page; one worker process, run by `python -m …serving`.

An answer never waits for the model longer than its deadline: then it is what is popular, marked `degraded`.
"""

import asyncio
import base64
import gc
import hashlib
import hmac
import json
import os
import re
import secrets
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, Header, HTTPException, Query, Request
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from pydantic import BaseModel, Field
from threadpoolctl import threadpool_limits

from recsys_helpers.serving.batching import Batcher, Late
from recsys_helpers.serving.bundle import BadBundle, Store, load_bundle, write_durably
from recsys_helpers.serving.events import EventStore, NotKept
from recsys_helpers.serving.gate import Gate
from recsys_helpers.serving.recommender import Pick, Question, Recommender

PAGE = Path(__file__).with_name("page.html")
SETTINGS = "RECSYS_SERVING"  # environment variable that carries the settings into the worker process
LARGEST = 2**63 - 1

Id = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
K = Annotated[int, Query(ge=1, le=100, description="How many films at most.")]
Genre = Annotated[str | None, Query(max_length=40, description="Only films of this genre; see GET /version.")]


@dataclass
class Settings:
    """Where the files are, and the limits. `deadline`: seconds an answer may wait for the model."""

    folder: str
    events: str
    deadline: float = 0.05
    max_in_flight: int = 32
    max_body: int = 2**16
    approximate: bool = False


class Film(BaseModel):
    """A film of the catalogue."""

    item_id: int
    title: str
    year: int | None
    genres: list[str]


class Recommended(Film):
    """A film of an answer: `score` falls along the list, `because` is the film that speaks most for it."""

    score: float
    reason: str
    because: int | None


class Answer(BaseModel):
    """Films, best first. `degraded`: the model could not be asked in time and these are the popular ones.

    `ignored`: ids of the question that nobody knows.
    """

    items: list[Recommended]
    degraded: bool
    version: str
    ignored: list[int] = []


class Likes(BaseModel):
    """What a visitor without a history likes, oldest first."""

    likes: Annotated[list[Id], Field(max_length=200)]
    k: Annotated[int, Field(ge=1, le=100)] = 10
    genre: Annotated[str | None, Field(max_length=40)] = None


class Event(BaseModel):
    """Something a visitor did. Send the same `event_id` again if no acknowledgement came: it is kept once."""

    event_id: uuid.UUID = Field(default_factory=uuid.uuid4)
    user_id: Id
    item_id: Id
    kind: Literal["view", "like", "dislike", "hide"]


class Kept(BaseModel):
    """The acknowledgement: the event is on the disk. `is_new`: False if it was there before."""

    event_id: uuid.UUID
    is_new: bool


class Version(BaseModel):
    """Which bundle answers, what it was measured at, and which genres there are."""

    version: str
    previous: str | None
    has_model: bool
    genres: list[str]
    facts: dict


class Health(BaseModel):
    """How the service is, and why it is not ready if it is not."""

    status: Literal["ok", "degraded", "no bundle"]
    reason: str = ""


class Wanted(BaseModel):
    """The version to put into use."""

    version: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str


@dataclass
class Service:
    """What the application holds: the recommender in use, the store of bundles, the events, the counts."""

    settings: Settings
    store: Store = field(init=False)
    recommender: Recommender | None = None
    trouble: str = ""  # why the service is degraded from the start

    def __post_init__(self):
        self.store = Store(self.settings.folder)
        self.events = EventStore(self.settings.events)
        self.batcher = Batcher(_answer_batch)
        self.background = ThreadPoolExecutor(1, "events")
        self.loading = ThreadPoolExecutor(1, "bundles")
        self.swapping = asyncio.Lock()
        self.registry = CollectorRegistry()
        name = "recsys_requests"
        self.requests = Counter(name, "Requests answered", ["route", "status"], registry=self.registry)
        self.degraded = Counter("recsys_degraded", "Answers without the model", ["reason"], registry=self.registry)
        edges = (0.001, 0.002, 0.003, 0.005, 0.008, 0.012, 0.02, 0.05, 0.1, 0.5)
        self.seconds = Histogram(
            "recsys_answer_seconds", "Time to an answer of the model", buckets=edges, registry=self.registry
        )
        self.kept = Counter("recsys_events_kept", "Events on the disk", registry=self.registry)

    def start(self) -> None:
        """Take the bundle in use; if it is damaged the one before it; if that is too, what is popular."""
        versions = [version for version in (self.store.current, self.store.previous) if version]
        troubles = [] if versions else ["There is no bundle. Build one: python -m recsys_helpers.serving build"]
        for only_popular in (False, True):
            for version in versions:
                try:
                    self.recommender = self.open(version, only_popular)
                    self.trouble = " ".join(troubles)
                    return
                except BadBundle as error:
                    troubles.append(f"{version}: {error}")
        self.trouble = " ".join(troubles)

    def open(self, version: str, only_popular: bool = False) -> Recommender:
        """Read, check and warm one version; BadBundle if it must not be used."""
        return Recommender(load_bundle(self.store.path_of(version), only_popular), self.settings.approximate)

    async def swap(self, version: str) -> None:
        """Put another version into use once it is checked and warm; after a BadBundle nothing has changed."""
        async with self.swapping:
            loop = asyncio.get_running_loop()
            recommender = await loop.run_in_executor(self.loading, self.open, version)
            await loop.run_in_executor(self.loading, self.store.use, version)
            self.recommender, self.trouble = recommender, ""
            await loop.run_in_executor(self.loading, _keep_for_good)

    async def answer(self, recommender: Recommender, question: Question, ignored: list[int]) -> Answer:
        """The model's answer, or within the deadline what is popular."""
        degraded = ""
        if len(question.history) == 0:
            picks = recommender.popular(question)
        elif not recommender.has_model:
            picks, degraded = recommender.popular(question), "no model"
        else:
            try:
                with self.seconds.time():
                    picks = await self.batcher.ask((recommender, question), self.settings.deadline)
            except Late:
                picks, degraded = recommender.popular(question), "late"
            except Exception:  # whatever the model raises, the visitor gets an answer
                picks, degraded = recommender.popular(question), "error"
        if degraded:
            self.degraded.labels(degraded).inc()
        return Answer.model_construct(
            items=_rows(picks), degraded=bool(degraded), version=recommender.bundle.version, ignored=ignored
        )


def _answer_batch(asked: list[tuple[Recommender, Question]]) -> list[list[Pick]]:
    """Answers in the order of the questions; during a swap a batch may ask two recommenders."""
    answers: list = [None] * len(asked)
    for recommender in {id(recommender): recommender for recommender, _ in asked}.values():
        rows = [row for row, (whom, _) in enumerate(asked) if whom is recommender]
        for row, picks in zip(rows, recommender.recommend([asked[row][1] for row in rows]), strict=True):
            answers[row] = picks
    return answers


def _keep_for_good() -> None:
    """Films and histories are hundreds of thousands of objects: without this Python's garbage collector looks through
    all of them now and then, and every visitor waits for 30 to 60 ms meanwhile."""
    gc.collect()
    gc.freeze()


def _film(item) -> dict:
    return {"item_id": item.item_id, "title": item.title, "year": item.year, "genres": list(item.genres)}


def _rows(picks: list[Pick]) -> list[dict]:
    return [_film(p.item) | {"score": p.score, "reason": p.reason, "because": p.because} for p in picks]


def _json(model: BaseModel) -> Response:
    """An answer of the service is made of checked parts, so it is written once and not checked again."""
    return Response(json.dumps(model.__dict__, ensure_ascii=False).encode(), media_type="application/json")


def make_app(settings: Settings) -> FastAPI:
    """The application for these settings; `app.state.service` holds its parts."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(app):
        threadpool_limits(1)  # small matrices: a second thread costs more than it saves
        sys.setswitchinterval(0.0005)  # the model's thread shall not keep the event loop waiting for 5 ms, the default
        service.start()
        try:
            _write_token(Path(settings.folder))
        except OSError as error:  # a full disk: the films are in memory, so serve all the same
            print(f"No version can be changed, the folder cannot be written: {error}.", file=sys.stderr, flush=True)
        _keep_for_good()
        yield
        service.events.close()

    problems = {code: {"model": Problem} for code in (404, 413, 422, 503)}
    app = FastAPI(
        title="Recommendations", lifespan=lifespan, docs_url=None, redoc_url=None, responses=problems
    )  # the two documentation pages would load their scripts from another computer
    app.state.service = service
    gate = Gate(None, settings.max_in_flight, settings.max_body)
    app.state.gate = gate

    def in_use() -> Recommender:
        if service.recommender is None:
            raise HTTPException(503, service.trouble, {"Retry-After": "5"})
        return service.recommender

    def check_genre(recommender: Recommender, genre: str | None) -> None:
        if genre is not None and genre not in recommender.genres:
            raise HTTPException(422, f"There is no such genre. There are {', '.join(recommender.genres)}.")

    @app.get("/recommend/{user_id}", response_model=Answer, summary="Films for a known user")
    async def recommend(user_id: Annotated[Id, InPath()], k: K = 10, genre: Genre = None):
        recommender = in_use()
        check_genre(recommender, genre)
        history = recommender.history_of(user_id)
        if history is None:
            raise HTTPException(404, "Nobody has this user_id. For a new visitor: POST /recommend with some likes.")
        return _json(await service.answer(recommender, Question(history, k, genre, "rated"), []))

    @app.post("/recommend", response_model=Answer, summary="Films for a visitor who likes some films")
    async def recommend_to_visitor(visitor: Likes):
        recommender = in_use()
        check_genre(recommender, visitor.genre)
        history, unknown = recommender.indices_of(visitor.likes)
        return _json(await service.answer(recommender, Question(history, visitor.k, visitor.genre), unknown))

    @app.get("/similar/{item_id}", response_model=Answer, summary="Films that go together with a film")
    async def similar(item_id: Annotated[Id, InPath()], k: K = 10):
        recommender = in_use()
        if item_id not in recommender.by_id:
            raise HTTPException(404, "No film has this item_id. GET /items?q=… finds films by their title.")
        picks = recommender.similar(item_id, k) if recommender.has_model else recommender.popular(Question([], k))
        degraded, version = not recommender.has_model, recommender.bundle.version
        return _json(Answer.model_construct(items=_rows(picks), degraded=degraded, version=version, ignored=[]))

    @app.get("/items", summary="Films whose title holds every word of q")
    async def items(q: Annotated[str, Query(max_length=200)], k: K = 10) -> list[Film]:
        return [Film(**_film(item)) for item in in_use().find(q, k)]

    @app.post("/events", response_model=Kept, status_code=201, summary="Keep what a visitor did")
    async def keep(event: Event):
        values = (str(event.event_id), event.user_id, event.item_id, event.kind)
        try:
            loop = asyncio.get_running_loop()
            is_new = await loop.run_in_executor(service.background, service.events.append, *values)
        except NotKept as error:
            raise HTTPException(503, str(error), {"Retry-After": "5"}) from error
        service.kept.inc(is_new)
        return Kept(event_id=event.event_id, is_new=is_new)

    @app.get("/health/live", summary="The process runs")
    async def live() -> Health:
        return Health(status="ok")

    @app.get("/health/ready", response_model=Health, summary="The model answers (200) or does not (503)")
    async def ready():
        if service.recommender is None:
            return JSONResponse({"status": "no bundle", "reason": service.trouble}, 503)
        if not service.recommender.has_model:
            return JSONResponse({"status": "degraded", "reason": service.trouble}, 503)
        return Health(status="ok", reason=service.trouble)

    @app.get("/metrics", response_class=Response, summary="Counts and times for Prometheus")
    async def metrics():
        return Response(generate_latest(service.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/version", summary="Which bundle answers")
    async def version() -> Version:
        now = in_use()
        facts = {name: value for name, value in now.bundle.facts.items() if name != "probe"}
        return Version(
            version=now.bundle.version, previous=service.store.previous, has_model=now.has_model, genres=now.genres,
            facts=facts,
        )  # fmt: skip

    async def guarded_swap(request: Request, token: str, wanted: str | None):
        try:
            known = (Path(settings.folder) / "admin_token").read_text().strip()
        except OSError as error:
            raise HTTPException(503, "There is no file admin_token to compare with. Is the disk full?") from error
        is_near = request.client is not None and request.client.host in ("127.0.0.1", "::1", "testclient")
        if not is_near or not hmac.compare_digest(token.encode("utf-8", "replace"), known.encode()):
            raise HTTPException(403, "Only from this computer, with the token in the file admin_token.")
        if wanted is None:
            raise HTTPException(409, "There is no earlier version to go back to.")
        try:
            await service.swap(wanted)
        except BadBundle as error:
            raise HTTPException(422, f"{error} The version in use stays.") from error
        return await version()

    refused = {403: {"model": Problem}, 409: {"model": Problem}}
    Token = Annotated[str, Header(alias="x-admin-token", max_length=100)]

    @app.post("/admin/swap", responses=refused, summary="Put another version into use")
    async def swap(request: Request, wanted: Wanted, token: Token = "") -> Version:
        return await guarded_swap(request, token, wanted.version)

    @app.post("/admin/rollback", responses=refused, summary="Go back to the version before")
    async def rollback(request: Request, token: Token = "") -> Version:
        return await guarded_swap(request, token, service.store.previous)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def page():
        return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"})

    html = PAGE.read_text(encoding="utf-8")
    policy = _policy(html)

    @app.exception_handler(RequestValidationError)
    async def say_what_is_wrong(request, error):
        """The default would repeat the input, and fails itself when that is NaN or half a character."""
        parts = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]]
        return JSONResponse({"detail": "; ".join(parts).encode("utf-8", "replace").decode()}, 422)

    class Count:
        """Counts the answers by route and status."""

        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            async def counting(message):
                if message["type"] == "http.response.start":
                    route = getattr(scope.get("route"), "path", "none")
                    service.requests.labels(route, str(message["status"])).inc()
                    message["headers"] = [*message["headers"], (b"x-content-type-options", b"nosniff")]
                await send(message)

            await self.app(scope, receive, counting if scope["type"] == "http" else send)

    app.add_middleware(Count)
    Gauge("recsys_in_flight", "Requests being answered", registry=service.registry).set_function(lambda: gate.in_flight)
    turned_away = Gauge("recsys_turned_away", "Requests refused because of overload", registry=service.registry)
    turned_away.set_function(lambda: gate.turned_away)

    def gated(inner):
        gate.app = inner
        return gate

    app.add_middleware(gated)
    return app


def make_app_from_environment() -> FastAPI:
    """The application in a worker process: its settings stand in the environment variable RECSYS_SERVING."""
    return make_app(Settings(**json.loads(os.environ[SETTINGS])))


def settings_as_environment(settings: Settings) -> dict[str, str]:
    """What `make_app_from_environment` reads."""
    return {SETTINGS: json.dumps(asdict(settings))}


def _write_token(folder: Path) -> None:
    """A secret that only this user of the computer can read; it is asked for before a version is changed."""
    path = folder / "admin_token"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".token-{os.getpid()}"
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        write_durably(temporary, secrets.token_urlsafe(24).encode())
        os.replace(temporary, path)


def _policy(html: str) -> str:
    """What the page may do: run its own script and style, talk to this service, nothing else."""

    def hashes(tag: str) -> str:
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in found]
        return " ".join(f"'sha256-{digest}'" for digest in digests)

    return (
        f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
