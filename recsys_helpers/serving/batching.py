"""One thread that answers questions in batches, and callers that do not wait longer than their deadline.

While the thread works on one batch the next questions gather, so a busy service makes larger batches and gets faster
per question. A batch is only as large as a quarter of the deadline allows, so that nobody waits for a batch that could
not be in time anyway.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable

from recsys_helpers.serving.breaker import Breaker

SHARE = 0.25  # of the deadline that one batch may take
FAR_TOO_LONG = 4  # deadlines: a call that takes more is a failure of the model, not of the queue before it
FADE = 0.2  # weight of the newest batch in the running mean of seconds per question


class Late(Exception):
    """No answer within the deadline, or no sense in waiting for one."""


class Batcher:
    """Calls `answer(list of questions)` → list of answers in a thread of its own; `max_batch` questions at most.

    `breaker`: told how the model fares, and asked before a question is put.
    """

    def __init__(self, answer: Callable[[list], list], deadline: float, max_batch: int = 16):
        self.breaker = Breaker()
        self.deadline, self.max_batch = deadline, max_batch
        self._answer = answer
        self._waiting: queue.SimpleQueue = queue.SimpleQueue()
        self._seconds_each = 0.0  # running mean
        self._call_began: float | None = None  # of the batch in work
        threading.Thread(target=self._work, daemon=True, name="ranker").start()

    async def ask(self, question):
        """The answer to one question; Late after the deadline; what `answer` raises comes out here."""
        if not self.breaker.allows():
            raise Late("The model failed several times and rests.")
        loop = asyncio.get_running_loop()
        promise = loop.create_future()
        self._waiting.put((loop, question, promise))
        try:
            async with asyncio.timeout(self.deadline):
                answer = await promise
        except TimeoutError:
            began = self._call_began
            if began is not None and time.monotonic() - began > FAR_TOO_LONG * self.deadline:
                self.breaker.failed(for_good=True)  # it hangs
            raise Late(f"The model did not answer within {self.deadline:g} s.") from None
        return answer

    @property
    def batch_size(self) -> int:
        """How many questions one batch may hold now."""
        if self._seconds_each == 0:
            return self.max_batch
        return min(self.max_batch, max(1, int(SHARE * self.deadline / self._seconds_each)))

    def _work(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < self.batch_size:
                try:
                    batch.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            batch = [entry for entry in batch if not entry[2].done()]  # nobody waits for the others any more
            if not batch:
                continue
            self._call_began = began = time.monotonic()
            went_well = False
            try:
                answers = self._answer([question for _, question, _ in batch])
                results = [(promise, answer, None) for (_, _, promise), answer in zip(batch, answers, strict=True)]
                went_well = time.monotonic() - began <= FAR_TOO_LONG * self.deadline
            except Exception as error:
                results = [(promise, None, error) for _, _, promise in batch]
            finally:
                self._call_began = None
                each = (time.monotonic() - began) / len(batch)
                self._seconds_each += (FADE if self._seconds_each else 1) * (each - self._seconds_each)
            try:
                batch[0][0].call_soon_threadsafe(self._deliver, results, went_well)
            except RuntimeError:  # the loop was closed: the service is stopping
                return

    def _deliver(self, results: list, went_well: bool) -> None:
        if went_well:
            self.breaker.succeeded()
        else:
            self.breaker.failed()
        for promise, answer, error in results:
            if promise.done():
                continue
            if error is None:
                promise.set_result(answer)
            else:
                promise.set_exception(error)
