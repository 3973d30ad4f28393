"""Ask a service in this process, also where an event loop runs already, as in a notebook."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def service_over(folder: Path | str, deadline: float = 1.0) -> Iterator[Callable]:
    """The service over the bundles in `folder`, without a network: `with service_over(folder) as ask`.

    `ask(path, method="GET", **more)` gives the response, an `httpx.Response`; `more` as in `httpx.request`. The service
    lives in a thread of its own until the end of the block. `deadline`: seconds an answer may wait for the model.
    """
    import httpx

    from recsys_helpers.serving.app import make_app
    from recsys_helpers.serving.settings import Settings

    app = make_app(Settings(str(folder), str(Path(folder) / "events.sqlite3"), deadline=deadline))
    lifespan = app.app.router.lifespan_context(app.app)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=60)

    try:
        run(lifespan.__aenter__())
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        try:
            yield lambda path, method="GET", **more: run(client.request(method, path, **more))
        finally:
            run(client.aclose())
            run(lifespan.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
