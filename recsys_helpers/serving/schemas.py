"""What goes into the service and what comes out, as pydantic models: the contract that `/openapi.json` shows.

Requests are strict: an unknown field is an error, `true` is no id, and `"3"` is one only where ids are text.
"""

import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict

LARGEST = 2**63 - 1
VERSION_PATTERN = r"^[0-9a-f]{16}$"

# Whole numbers or text, as in the data; the service refuses the kind that the bundle in use does not have.
TextId = Annotated[str, Strict(), Field(min_length=1, max_length=200)]
Id = Annotated[int, Field(ge=-LARGEST, le=LARGEST)] | TextId  # in a path, where everything is text
StrictId = Annotated[int, Strict(), Field(ge=-LARGEST, le=LARGEST)] | TextId
K = Annotated[int, Field(ge=1, le=100, description="How many films at most.")]
Genre = Annotated[str | None, Field(max_length=40, description="Only films of this genre; see GET /version.")]
Kind = Literal["view", "like", "dislike", "hide", "forget"]


class Closed(BaseModel):
    """A request: fields that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid")


class ForUser(Closed):
    """The query of GET /recommend/{user_id}."""

    k: K = 10
    genre: Genre = None


class Many(Closed):
    """A query that only says how many."""

    k: K = 10


class Search(Closed):
    """The query of GET /items."""

    q: Annotated[str, Field(max_length=200, description="Words of the title as people type them, and perhaps a year.")]
    k: K = 10


class Likes(Closed):
    """What a visitor without a history likes, oldest first, and films that must not come."""

    likes: Annotated[list[StrictId], Field(max_length=200)]
    hidden: Annotated[list[StrictId], Field(max_length=1000)] = []
    k: Annotated[int, Strict(), Field(ge=1, le=100)] = 10
    genre: Genre = None


class Event(Closed):
    """Something a visitor did. Send the same `event_id` again if no acknowledgement came: it is kept once.

    `dislike` and `hide` keep a film out of this user's answers from now on, `like` adds it to the user's history, and
    `forget` takes all of that back.
    """

    event_id: uuid.UUID = Field(default_factory=uuid.uuid4)
    user_id: StrictId
    item_id: StrictId
    kind: Kind


class Wanted(Closed):
    """The version to put into use. `force`: even if it is measured worse, or was rolled back before."""

    version: Annotated[str, Field(pattern=VERSION_PATTERN)]
    force: Annotated[bool, Strict()] = False


class Film(BaseModel):
    """A film of the catalogue."""

    item_id: int | str
    title: str
    year: int | None
    genres: list[str]


class Recommended(Film):
    """A film of an answer: `score` falls along the list, `because` is the film that speaks most for it."""

    score: float
    reason: str
    because: int | str | None


class Answer(BaseModel):
    """Films, best first. `degraded`: the model could not be asked in time and these are the popular ones.

    `ignored`: ids of the question that nobody knows.
    """

    items: list[Recommended]
    degraded: bool
    version: str
    ignored: list[int | str] = []


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
    """How the service is, and why it is not well if it is not."""

    status: Literal["ok", "degraded", "no bundle"]
    reason: str = ""


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str
