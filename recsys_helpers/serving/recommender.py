"""From a history to an answer in two stages, without TensorFlow: retrieve 200 films, rank them, say why.

1. Retrieval. The GRU reads the history and points somewhere; the index finds the films that lie that way.
2. Ranking. Their order is fused with a second opinion, the EASE neighbours of the films in the history, which is too
   slow to ask about every film. It also gives the reason: the film of the history that speaks most for the answer.

Together they are better than either alone (lesson 11). Nobody's history is empty here: whoever has none gets what is
popular.
"""

import os
from dataclasses import dataclass, field

import numpy as np

from recsys_helpers.serving.bundle import BadBundle, Bundle, Item
from recsys_helpers.serving.index import NO_ITEMS, ApproximateIndex, ExactIndex

N_CANDIDATES, LENGTH, FUSION = 200, 50, 60  # films retrieved, films the GRU reads, constant of the rank fusion


@dataclass
class Question:
    """Somebody's history (item indices, oldest first) and what is wanted: `k` films, perhaps of one genre."""

    history: np.ndarray
    k: int = 10
    genre: str | None = None
    verb: str = "liked"  # what the person did with the films of the history: it stands in the reasons


@dataclass
class Pick:
    """One film of an answer. `because`: the film of the history that speaks most for it; None: it is just popular."""

    item: Item
    score: float
    reason: str
    because: int | None = None


@dataclass
class Recommender:
    """Answers questions from one bundle; BadBundle if the model in it does not do what the bundle says.

    `approximate`: retrieve with `ApproximateIndex`, for catalogues of hundreds of thousands.
    """

    bundle: Bundle
    approximate: bool = False
    by_id: dict[int, int] = field(init=False)  # item_id → item_idx

    def __post_init__(self):
        bundle = self.bundle
        self.by_id = {item.item_id: row for row, item in enumerate(bundle.items, start=1)}
        order = np.argsort(-bundle.popularity[1:], kind="stable") + 1
        self._popular = order
        self._share = bundle.popularity / max(bundle.popularity.max(), 1)
        user_ids, starts = np.unique(bundle.histories[:, 0], return_index=True)
        self._histories = dict(zip(user_ids.tolist(), np.split(bundle.histories[:, 1], starts[1:])))
        if (np.diff(bundle.histories[:, 0]) < 0).any():
            raise BadBundle("The histories are not sorted by user.")
        self.genres = sorted({genre for item in bundle.items for genre in item.genres})
        self._outside = {genre: [0] for genre in self.genres}  # genre → indices of the films outside it
        for row, item in enumerate(bundle.items, start=1):
            for genre in self._outside.keys() - set(item.genres):
                self._outside[genre].append(row)
        self._outside = {genre: np.array(rows) for genre, rows in self._outside.items()}
        self._titles = [item.title.casefold() for item in bundle.items]
        self.encode = None
        if bundle.model is not None:
            self.encode = onnx_encoder(bundle.model)
            self.index = (ApproximateIndex if self.approximate else ExactIndex)(bundle.vectors)
            self._prove()

    @property
    def has_model(self) -> bool:
        """False: the model is missing, and every answer is what is popular."""
        return self.encode is not None

    def _prove(self) -> None:
        """First inference, on the history whose query stands in the manifest: warms up, and shows a wrong model."""
        try:
            probe = np.array(self.bundle.facts["probe"]["history"], np.int32)
            query = np.array(self.bundle.facts["probe"]["query"], np.float32)
            found = self.encode(probe[None])[0]
            fits = found.shape == query.shape and np.allclose(found, query, atol=1e-3)
        except Exception as error:
            raise BadBundle(f"model.onnx does not run: {type(error).__name__}.") from error
        if not fits:
            raise BadBundle("model.onnx gives other scores than when it was packed.")
        self.recommend([Question(probe)])

    def history_of(self, user_id: int) -> np.ndarray | None:
        """Item indices of a known user, oldest first; None for anybody else."""
        return self._histories.get(user_id)

    def indices_of(self, item_ids: list[int]) -> tuple[np.ndarray, list[int]]:
        """Indices of the known ids in their order, and the ids nobody knows."""
        unknown = [item_id for item_id in item_ids if item_id not in self.by_id]
        return np.array([self.by_id[i] for i in item_ids if i in self.by_id], int), unknown

    def recommend(self, questions: list[Question]) -> list[list[Pick]]:
        """The best `k` films for each question; no film of its history, only its genre."""
        picks: list = [None] * len(questions)
        rows = [row for row, question in enumerate(questions) if len(question.history)]
        for row in set(range(len(questions))) - set(rows):
            picks[row] = self.popular(questions[row])
        if rows:
            asked = [questions[row] for row in rows]
            queries = self.encode(_padded([question.history[-LENGTH:] for question in asked]))
            hidden = [self._hidden(question) for question in asked]
            found = self.index.search(queries, N_CANDIDATES, hidden)
            for row, question, candidates in zip(rows, asked, found):
                picks[row] = self.rank(question, candidates)
        return picks

    def rank(self, question: Question, candidates: np.ndarray) -> list[Pick]:
        """Order candidates (the GRU's order, best first) by rank fusion with their neighbours in the history."""
        if len(candidates) == 0:
            return []
        bundle, in_history = self.bundle, np.zeros(self.bundle.n_rows, np.float32)
        in_history[question.history] = 1
        sources = bundle.neighbours[candidates]  # (n_candidates, m)
        support = bundle.weights[candidates] * in_history[sources]
        second = np.empty(len(candidates), int)
        second[np.argsort(-support.sum(axis=1), kind="stable")] = np.arange(len(candidates))
        scores = 1 / (FUSION + 1 + np.arange(len(candidates))) + 1 / (FUSION + 1 + second)
        order = np.argsort(-scores, kind="stable")[: question.k]
        strongest = support[order].argmax(axis=1)
        because = sources[order, strongest]
        has_none = support[order, strongest] <= 0
        if has_none.any():  # then the nearest film of the history in the model's own space, popularity left out
            recent = question.history[-LENGTH:]
            near = bundle.vectors[candidates[order[has_none]], :-1] @ bundle.vectors[recent, :-1].T
            because[has_none] = recent[near.argmax(axis=1)]
        films = bundle.items
        return [
            Pick(
                films[candidates[place] - 1],
                round(float(scores[place]), 6),
                f"because you {question.verb} {films[source - 1].title}",
                films[source - 1].item_id,
            )
            for place, source in zip(order.tolist(), because.tolist())
        ]

    def popular(self, question: Question) -> list[Pick]:
        """What most people watched, without the history: for newcomers, and when the model cannot answer in time."""
        is_hidden = np.zeros(self.bundle.n_rows, bool)
        is_hidden[self._hidden(question)] = True
        best = self._popular[~is_hidden[self._popular]][: question.k]
        films = self.bundle.items
        return [Pick(films[row - 1], round(float(self._share[row]), 6), "popular with everybody") for row in best]

    def similar(self, item_id: int, k: int) -> list[Pick] | None:
        """The films whose presence in a history speaks most for this one; None if nobody knows the id."""
        row = self.by_id.get(item_id)
        if row is None:
            return None
        films, title = self.bundle.items, self.bundle.items[row - 1].title
        order = [place for place in np.argsort(-self.bundle.weights[row]) if self.bundle.weights[row, place] > 0][:k]
        return [
            Pick(
                films[self.bundle.neighbours[row, place] - 1],
                round(float(self.bundle.weights[row, place]), 6),
                f"often goes together with {title}",
                item_id,
            )
            for place in order
        ]

    def find(self, text: str, k: int) -> list[Item]:
        """Films whose title holds every word of `text`, the most popular first."""
        words = text.casefold().split()
        found = [row for row, title in enumerate(self._titles, 1) if all(word in title for word in words)]
        return [self.bundle.items[row - 1] for row in sorted(found, key=lambda row: -self.bundle.popularity[row])[:k]]

    def _hidden(self, question: Question) -> np.ndarray:
        outside = NO_ITEMS if question.genre is None else self._outside.get(question.genre, self._popular)
        return np.union1d(question.history, outside) if len(outside) else question.history


def _padded(histories: list[np.ndarray]) -> np.ndarray:
    padded = np.zeros((len(histories), max(map(len, histories))), np.int32)
    for row, history in enumerate(histories):
        padded[row, : len(history)] = history
    return padded


def onnx_encoder(model: bytes):
    """A function from histories (batch, length) to queries (batch, dim), run by onnxruntime in the calling thread.

    From 1.29 on onnxruntime reports its use to its maker unless this variable says no before it is imported. Raises
    BadBundle if the bytes are no model that takes a history.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        names = [value.name for value in session.get_inputs()]
    except Exception as error:  # onnxruntime has a class of its own for each way to fail
        raise BadBundle(f"model.onnx is no model that this service can run: {type(error).__name__}.") from error
    if names != ["history"]:
        raise BadBundle(f"model.onnx takes {names}, not a history.")
    return lambda histories: session.run(None, {"history": histories})[0]
