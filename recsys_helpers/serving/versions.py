"""Which version answers: chosen at the start, changed while the service runs, followed if another process moves it."""

import asyncio
import gc
import logging
from concurrent.futures import ThreadPoolExecutor

from recsys_helpers.serving import log
from recsys_helpers.serving.bundle import load_bundle
from recsys_helpers.serving.errors import Conflict, Refused, Unfit
from recsys_helpers.serving.metrics import Metrics
from recsys_helpers.serving.parts import Bundle
from recsys_helpers.serving.quality import check_quality
from recsys_helpers.serving.recommender import Recommender
from recsys_helpers.serving.sealed import BadBundle
from recsys_helpers.serving.store import Pointer, Store

NO_BUNDLE = "There is no bundle. Build one: python -m recsys_helpers.serving build"


class Versions:
    """The recommender in use, and the ways to change it. Bundles are read and checked in a thread of their own.

    `trouble`: why another version than the wanted one answers, or none. `pointer`: as it was last read, so that no
    answer waits for the disk.
    """

    def __init__(self, store: Store, metrics: Metrics, approximate: bool):
        self.store, self.metrics, self.approximate = store, metrics, approximate
        self.recommender: Recommender | None = None
        self.pointer, self.trouble = Pointer(), ""
        self._refused_version: str | None = None
        self._loading = ThreadPoolExecutor(1, "bundles")
        self._swapping = asyncio.Lock()

    def start(self) -> None:
        """Take the bundle in use; if it is bad the one before it; if all are, what is popular."""
        try:
            self.pointer = self.store.pointer()
            wanted = [self.pointer.current, *reversed(self.pointer.earlier)]
            wanted = [version for version in wanted if version and version not in self.pointer.bad]
            troubles = [] if wanted else [NO_BUNDLE]
        except BadBundle as error:  # the newest that is whole: better than nothing, and said in /health/ready
            wanted, troubles = self.store.versions()[::-1], [str(error)]
        self._take_first_good(wanted, troubles)
        self.trouble = " ".join(troubles)
        if self.trouble:
            log.say(logging.WARNING, "start_trouble", reason=self.trouble)
        keep_for_good()

    def _take_first_good(self, versions: list[str], troubles: list[str]) -> None:
        for only_popular in (False, True):
            for version in versions:
                try:
                    self._take(self.open(version, only_popular))
                    return
                except BadBundle as error:
                    troubles.append(f"{version}: {error}")

    async def look(self) -> None:
        """Follow the pointer if another process moved it; a bad bundle is refused once and said."""
        pointer = await asyncio.get_running_loop().run_in_executor(self._loading, self.store.pointer)
        if pointer.current and pointer != self.pointer and pointer.current != self._refused_version:
            await self._follow(pointer)

    async def _follow(self, pointer: Pointer) -> None:
        async with self._swapping:
            if self.recommender is None or pointer.current != self.recommender.bundle.version:
                loop = asyncio.get_running_loop()
                try:
                    recommender = await loop.run_in_executor(self._loading, self.open, pointer.current)
                except BadBundle as error:
                    self._refused_version = pointer.current
                    self.trouble = f"{pointer.current}: {error}"
                    self.metrics.swaps.labels("refused").inc()
                    log.say(logging.ERROR, "swap_refused", version=pointer.current, reason=str(error))
                    return
                await self._put_into_use(recommender)
            self.pointer = pointer

    def open(self, version: str, only_popular: bool = False) -> Recommender:
        """Read, check and warm one version; BadBundle if it must not be used."""
        return Recommender(load_bundle(self.store.path_of(version), only_popular), self.approximate)

    def _take(self, recommender: Recommender) -> None:
        self.recommender, self.trouble, self._refused_version = recommender, "", None
        self.metrics.bundle.info({"version": recommender.bundle.version})

    async def _put_into_use(self, recommender: Recommender) -> None:
        self._take(recommender)
        self.metrics.swaps.labels("done").inc()
        log.say(logging.INFO, "version_in_use", version=recommender.bundle.version)
        await asyncio.get_running_loop().run_in_executor(self._loading, keep_for_good)

    async def swap(self, version: str, force: bool = False) -> None:
        """Put another version into use once it is checked and warm; after an Unfit or a Conflict nothing has changed.

        Refused are a bad bundle (Unfit), and without `force` a version that is measured worse than the one in use or
        was rolled back before (Conflict).
        """

        def load() -> Recommender:
            pointer, recommender = self.store.pointer(), self.open(version)
            if not force:
                if version in pointer.bad:
                    raise Conflict(f"{version} was rolled back before. To use it all the same: --force.")
                if self.recommender is not None:
                    self._compare(recommender.bundle, self.recommender.bundle)
            self.store.use(version)
            return recommender

        await self._change(load)

    async def roll_back(self) -> None:
        """Put the last good version into use; Conflict if there is none. The version left is bad from now on."""

        def load() -> Recommender:
            pointer = self.store.pointer()
            try:
                back = pointer.roll_back()
            except BadBundle as error:
                raise Conflict(str(error)) from error
            recommender = self.open(back.current)
            self.store.write(back)
            return recommender

        await self._change(load)

    async def _change(self, load) -> None:
        async with self._swapping:
            loop = asyncio.get_running_loop()
            try:
                recommender = await loop.run_in_executor(self._loading, load)
                self.pointer = await loop.run_in_executor(self._loading, self.store.pointer)
            except (BadBundle, Refused) as error:
                self.metrics.swaps.labels("refused").inc()
                log.say(logging.WARNING, "swap_refused", reason=str(error))
                kind = type(error) if isinstance(error, Refused) else Unfit
                raise kind(f"{error} The version in use stays.") from error
            await self._put_into_use(recommender)

    def _compare(self, new: Bundle, old: Bundle) -> None:
        try:
            check_quality(new.facts, old.facts)
        except ValueError as error:
            raise Conflict(str(error)) from error

    def close(self) -> None:
        """Let go of the thread."""
        self._loading.shutdown()


def keep_for_good() -> None:
    """Films and histories are hundreds of thousands of objects: without this Python's garbage collector looks through
    all of them now and then, and every visitor waits for 30 to 60 ms meanwhile."""
    gc.collect()
    gc.freeze()
