"""The settings of a service, and how they travel from the command line to the worker process."""

import json
import os
from dataclasses import asdict, dataclass

VARIABLE = "RECSYS_SERVING"  # environment variable that carries the settings into the worker process


@dataclass(frozen=True)
class Settings:
    """Where the files are, and the limits.

    `folder`: of the bundles. `events`: the file of the events, or the address `postgresql://…` of their database.
    `deadline`: seconds an answer may wait for the model. `max_in_flight`: requests admitted at once, at most.
    `max_body`, `max_head`: bytes of a request's body and of its request line with all headers.
    `seconds_to_send`: how long a client may take to send its headers, and again to send its body.
    `seconds_idle`: how long a connection may stay open without a request. `hosts`: names by which clients may call the
    service, besides those of this computer; `"*"` accepts every name. `token`: if given, `/metrics`, `/events` and
    the recommendations of a known user ask for it.

    >>> settings = Settings("bundles", "events.sqlite3", hosts=("films.example.org",))
    >>> Settings.from_json(settings.to_json()) == settings
    True
    """

    folder: str
    events: str
    deadline: float = 0.05
    max_in_flight: int = 32
    max_connections: int = 1000
    max_body: int = 2**16
    max_head: int = 2**14
    seconds_to_send: float = 5.0
    seconds_idle: float = 10.0
    approximate: bool = False
    hosts: tuple[str, ...] = ()
    token: str = ""
    access_log: bool = False

    def to_json(self) -> str:
        """The settings as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """The settings that `to_json` wrote."""
        kept = json.loads(text)
        return cls(**kept | {"hosts": tuple(kept["hosts"])})

    @classmethod
    def from_environment(cls) -> "Settings":
        """The settings of this worker process; KeyError if nobody passed any."""
        return cls.from_json(os.environ[VARIABLE])
