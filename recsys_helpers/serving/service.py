"""What the service does, without HTTP: it answers, keeps events, and says how it fares.

An answer never waits for the model longer than its deadline: then it is what is popular, marked `degraded`.
"""

import asyncio
import hmac
import logging
import os
import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from recsys_helpers.serving import log
from recsys_helpers.serving.batching import Batcher, Late
from recsys_helpers.serving.errors import Conflict, Forbidden, NotReady, Unfit, Unknown
from recsys_helpers.serving.events import EventStore, NotKept, OtherContent
from recsys_helpers.serving.gate import Gate
from recsys_helpers.serving.metrics import Metrics
from recsys_helpers.serving.parts import LARGEST_ID, Item
from recsys_helpers.serving.recommender import Pick, Question, Recommender
from recsys_helpers.serving.sealed import BadBundle, write_durably
from recsys_helpers.serving.settings import Settings
from recsys_helpers.serving.store import Store
from recsys_helpers.serving.versions import Versions

IS = {int: "a whole number", str: "text"}
LOOK_EVERY = 1.0  # seconds between two looks at the pointer and at events of other processes


class Service:
    """The recommender in use, the store of bundles, the events, the gate and the counts of one process."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.store = Store(settings.folder)
        self.events = EventStore(settings.events)
        self.gate = Gate(settings.max_in_flight, settings.deadline / 2)
        self.batcher = Batcher(_answer_batch, settings.deadline)
        self.metrics = Metrics()
        self.versions = Versions(self.store, self.metrics, settings.approximate)
        self.admin_token = ""
        self._background = ThreadPoolExecutor(1, "events")
        self.metrics.gauge("recsys_in_flight", "Requests being answered", lambda: self.gate.in_flight)
        self.metrics.gauge("recsys_limit", "Requests that may be inside at once, now", lambda: int(self.gate.limit))
        self.metrics.gauge("recsys_breaker_open", "1 while a failing model rests", self._is_resting)

    @property
    def recommender(self) -> Recommender | None:
        """The recommender that answers now; None if there is none."""
        return self.versions.recommender

    def _is_resting(self) -> bool:
        return self.batcher.breaker.is_open

    def start(self) -> None:
        """Choose the version, read the events, make the token."""
        self.versions.start()
        self.events.refresh()
        self._make_token()

    def _make_token(self) -> None:
        try:
            self.admin_token = admin_token(Path(self.settings.folder))
        except OSError as error:  # a full disk: the films are in memory, so serve all the same
            log.say(logging.ERROR, "no_admin_token", reason=f"No version can be changed: {error}.")

    async def watch(self) -> None:
        """Every second: the pointer may name another version, other processes may have kept events."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await loop.run_in_executor(self._background, self.events.refresh)
                await self.versions.look()
            except (BadBundle, OSError) as error:
                log.say_at_most_once_a_second(logging.ERROR, "cannot_look", reason=str(error))

    def close(self) -> None:
        """Let go of files and threads."""
        self._background.shutdown()
        self.versions.close()
        self.events.close()

    def check_admin(self, token: str) -> None:
        """Forbidden unless it is the token of this service; NotReady if there is none to compare with."""
        if not self.admin_token:
            raise NotReady("There is no admin token to compare with. Is the disk full?")
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self.admin_token.encode()):
            raise Forbidden("Only from this computer, with the token in the file admin_token.")

    def check_token(self, authorization: str) -> None:
        """Forbidden if the settings ask for a token and this header (`Bearer …`) does not carry it."""
        wanted = self.settings.token
        if wanted and not hmac.compare_digest(authorization.encode("utf-8", "replace"), f"Bearer {wanted}".encode()):
            raise Forbidden("This needs the header Authorization: Bearer with the service's token.")

    # Answers.

    def in_use(self, genre: str | None = None) -> Recommender:
        """The recommender that answers now; NotReady if there is none, Unfit if it does not know the genre."""
        recommender = self.recommender
        if recommender is None:
            raise NotReady(self.versions.trouble)
        if genre is not None and genre not in recommender.genres:
            raise Unfit(f"There is no such genre. There are {', '.join(recommender.genres)}.")
        return recommender

    async def for_user(self, user_id: int | str, k: int, genre: str | None) -> dict:
        """Films for a known user: known from the bundle, or from what the user liked since."""
        recommender = self.in_use(genre)
        user_id = _as_id(user_id, recommender.user_type, "user_id")
        history, verb = recommender.history_of(user_id), recommender.verb
        opinions = self.events.opinions_of(user_id)
        if history is None and not opinions:
            raise Unknown("Nobody has this user_id. For a new visitor: POST /recommend with some likes.")
        if history is None:
            history, verb = np.array([], int), "liked"
        liked, hidden = (
            recommender.indices_of([item_id for item_id, kind in opinions.items() if (kind == "like") == is_like])[0]
            for is_like in (True, False)
        )
        if len(liked):
            history = np.concatenate([history[~np.isin(history, liked)], liked])
        if len(hidden):
            history = history[~np.isin(history, hidden)]
        return await self._answer(recommender, Question(history, k, genre, verb, hidden), [])

    async def for_visitor(self, likes: list[int | str], hidden: list[int | str], k: int, genre: str | None) -> dict:
        """Films for a visitor who likes some films."""
        recommender = self.in_use(genre)
        if not all(type(one) is recommender.item_type for one in (*likes, *hidden)):
            raise Unfit(f"Every item_id of this service is {IS[recommender.item_type]}.")
        history, unknown = recommender.indices_of(likes)
        rows, unknown_hidden = recommender.indices_of(hidden)
        question = Question(history[~np.isin(history, rows)] if len(rows) else history, k, genre, hidden=rows)
        return await self._answer(recommender, question, unknown + unknown_hidden)

    async def _answer(self, recommender: Recommender, question: Question, ignored: list[int | str]) -> dict:
        """The model's answer, or within the deadline what is popular."""
        degraded = ""
        if len(question.history) == 0:
            picks = recommender.popular(question)
        elif not recommender.has_model:
            picks, degraded = recommender.popular(question), "no model"
        else:
            try:
                with self.metrics.model_seconds.time():
                    picks = await self.batcher.ask((recommender, question))
            except Late:
                picks, degraded = recommender.popular(question), "late"
            except Exception as error:  # whatever the model raises, the visitor gets an answer
                self.metrics.model_errors.inc()
                reason = f"{type(error).__name__}: {error}"
                log.say_at_most_once_a_second(logging.ERROR, "model_error", error=reason)
                picks, degraded = recommender.popular(question), "error"
        if degraded:
            self.metrics.degraded.labels(degraded).inc()
        return _answer(recommender, picks, bool(degraded), ignored)

    def similar(self, item_id: int | str, k: int) -> dict:
        """Films that go together with a film."""
        recommender = self.in_use()
        item_id = _as_id(item_id, recommender.item_type, "item_id")
        if item_id not in recommender.by_id:
            raise Unknown("No film has this item_id. GET /items?q=… finds films by their title.")
        picks = recommender.similar(item_id, k) if recommender.has_model else recommender.popular(Question([], k))
        return _answer(recommender, picks, not recommender.has_model, [])

    def find(self, text: str, k: int) -> list[dict]:
        """Films by the words of their title."""
        return [_film(item) for item in self.in_use().find(text, k)]

    async def keep(self, event_id: str, user_id: int | str, item_id: int | str, kind: str) -> bool:
        """Keep an event; False if it was kept before. Where ids of users are text, a number becomes one."""
        recommender = self.in_use()
        if recommender.user_type is str:
            user_id = str(user_id)
        if type(user_id) is not recommender.user_type:
            raise Unfit(f"Every user_id of this service is {IS[recommender.user_type]}.")
        if item_id not in recommender.by_id:
            raise Unfit("No film has this item_id.")
        try:
            self.events.check()  # before it takes a place in the queue of the background thread
            loop = asyncio.get_running_loop()
            is_new = await loop.run_in_executor(self._background, self.events.append, event_id, user_id, item_id, kind)
        except OtherContent as error:
            raise Conflict(str(error)) from error
        except NotKept as error:
            self.metrics.events_failed.inc()
            log.say_at_most_once_a_second(logging.ERROR, "event_not_kept", error=str(error))
            raise NotReady(str(error)) from error
        if is_new:
            self.metrics.events.labels(kind).inc()
        return is_new

    # About itself.

    def health(self) -> tuple[bool, str, str]:
        """Whether the model answers, the status in one word, and what is not well."""
        if self.recommender is None:
            return False, "no bundle", self.versions.trouble
        reasons = [self.versions.trouble] if self.versions.trouble else []
        answers = self.recommender.has_model and not self._is_resting()
        if self._is_resting():
            reasons.append("The model fails or is too slow: everybody gets what is popular.")
        if self.events.trouble:
            reasons.append(f"Events are not kept: {self.events.trouble}.")
        is_well = answers and not self.events.trouble
        return answers, "ok" if is_well else "degraded", " ".join(reasons)

    def version(self) -> dict:
        """Which bundle answers, which was before, and what it was measured at."""
        now = self.in_use()
        facts = {name: value for name, value in now.bundle.facts.items() if name not in ("probe", "golden")}
        return {
            "version": now.bundle.version,
            "previous": self.versions.pointer.previous,
            "has_model": now.has_model,
            "genres": now.genres,
            "facts": facts,
        }


def _as_id(raw_id: int | str, kind: type, name: str) -> int | str:
    """An id from a path as the bundle has it; Unfit if it is text where ids are whole numbers."""
    if kind is str:
        return str(raw_id)
    try:
        number = int(raw_id)
    except ValueError:
        raise Unfit(f"{name} is a whole number in this service.") from None
    if abs(number) > LARGEST_ID:
        raise Unfit(f"{name} is a whole number of 64 bits in this service.")
    return number


def admin_token(folder: Path) -> str:
    """A secret that only this user of the computer can read; it is asked for before a version is changed."""
    path = folder / "admin_token"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".token-{os.getpid()}"
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        write_durably(temporary, secrets.token_urlsafe(24).encode())
        os.replace(temporary, path)
    return path.read_text().strip()


def _answer_batch(asked: list[tuple[Recommender, Question]]) -> list[list[Pick]]:
    """Answers in the order of the questions; during a swap a batch may ask two recommenders."""
    answers: list = [None] * len(asked)
    for recommender in {id(recommender): recommender for recommender, _ in asked}.values():
        rows = [row for row, (whom, _) in enumerate(asked) if whom is recommender]
        for row, picks in zip(rows, recommender.recommend([asked[row][1] for row in rows]), strict=True):
            answers[row] = picks
    return answers


def _film(item: Item) -> dict:
    return {"item_id": item.item_id, "title": item.title, "year": item.year, "genres": list(item.genres)}


def _answer(recommender: Recommender, picks: Iterable[Pick], degraded: bool, ignored: list[int | str]) -> dict:
    items = [_film(p.item) | {"score": p.score, "reason": p.reason, "because": p.because} for p in picks]
    return {"items": items, "degraded": degraded, "version": recommender.bundle.version, "ignored": ignored}
