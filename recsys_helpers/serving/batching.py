"""One thread that answers questions in batches, and callers that do not wait longer than their deadline.

While the thread works on one batch the next questions gather, so a busy service makes larger batches and gets faster
per question. After several late answers in a row the callers stop asking for a while (a circuit breaker).
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable

LATE_IN_A_ROW, REST = 8, 0.5  # late answers that open the breaker; seconds until it is tried again


class Late(Exception):
    """No answer within the deadline, or no sense in waiting for one."""


class Batcher:
    """Calls `answer(list of questions)` → list of answers in a thread of its own; `max_batch` questions at most."""

    def __init__(self, answer: Callable[[list], list], max_batch: int = 16):
        self._answer, self._max_batch = answer, max_batch
        self._waiting: queue.SimpleQueue = queue.SimpleQueue()
        self._late, self._resting_until = 0, 0.0
        threading.Thread(target=self._work, daemon=True, name="ranker").start()

    async def ask(self, question, deadline: float):
        """The answer to one question; Late after `deadline` seconds; what `answer` raises comes out here."""
        now = time.monotonic()
        if self._late >= LATE_IN_A_ROW:
            if now < self._resting_until:
                raise Late("The model was late several times and rests.")
            self._resting_until = now + REST  # this one tries; the others rest on
        loop = asyncio.get_running_loop()
        promise = loop.create_future()
        self._waiting.put((loop, question, promise))
        try:
            async with asyncio.timeout(deadline):
                answer = await promise
        except TimeoutError:
            self._late += 1
            if self._late == LATE_IN_A_ROW:
                self._resting_until = time.monotonic() + REST
            raise Late(f"The model did not answer within {deadline:g} s.") from None
        self._late = 0
        return answer

    def _work(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < self._max_batch:
                try:
                    batch.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            batch = [entry for entry in batch if not entry[2].done()]  # nobody waits for the others any more
            if not batch:
                continue
            try:
                answers = self._answer([question for _, question, _ in batch])
                results = [(promise, answer, None) for (_, _, promise), answer in zip(batch, answers, strict=True)]
            except Exception as error:
                results = [(promise, None, error) for _, _, promise in batch]
            try:
                batch[0][0].call_soon_threadsafe(_deliver, results)
            except RuntimeError:  # the loop was closed: the service is stopping
                return


def _deliver(results: list) -> None:
    for promise, answer, error in results:
        if promise.done():
            continue
        if error is None:
            promise.set_result(answer)
        else:
            promise.set_exception(error)
