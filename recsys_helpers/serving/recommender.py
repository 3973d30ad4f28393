"""From a history to an answer, without TensorFlow: retrieve candidates, rank them, say why.

A bundle with a linear part is answered in one stage, by the scores of all items: see `scored`. Any other in two:

1. Retrieval. The model reads the history and gives a query, and the index finds the films that lie that way; or it
   gives the scores of all films.
2. Ranking. Their order is fused with a second opinion, the EASE neighbours of the films in the history, which is too
   slow to ask about every film. It also gives the reason: the film of the history that speaks most for the answer.

Together they are better than either alone (lesson 11). Whoever has no history gets what is popular.
"""

from dataclasses import dataclass, field

import numpy as np

from recsys_helpers.serving.index import NO_ITEMS, ApproximateIndex, ExactIndex, best_of
from recsys_helpers.serving.model import Model
from recsys_helpers.serving.parts import Bundle, Item
from recsys_helpers.serving.probe import prove
from recsys_helpers.serving.scored import because_of, nearest, score_all
from recsys_helpers.serving.sealed import BadBundle
from recsys_helpers.serving.titles import TitleIndex


@dataclass
class Question:
    """Somebody's history (item indices, oldest first) and what is wanted: `k` films, perhaps of one genre.

    `hidden`: further films that must not come. `verb`: what the person did with the films of the history.
    """

    history: np.ndarray
    k: int = 10
    genre: str | None = None
    verb: str = "liked"
    hidden: np.ndarray = field(default_factory=lambda: NO_ITEMS)


@dataclass
class Pick:
    """One film of an answer. `because`: the film of the history that speaks most for it; None: it is just popular."""

    item: Item
    score: float
    reason: str
    because: int | str | None = None


@dataclass
class Recommender:
    """Answers questions from one bundle; BadBundle if the model in it does not do what the bundle says.

    `approximate`: retrieve with `ApproximateIndex`, for catalogues of hundreds of thousands; a bundle with a linear
    part needs every score, and so no index. `check`: compare with the
    probes in the manifest; False only to look at a bundle that fails them.
    """

    bundle: Bundle
    approximate: bool = False
    check: bool = True
    by_id: dict[int | str, int] = field(init=False)  # item_id → item_idx

    def __post_init__(self):
        bundle = self.bundle
        self.stages = bundle.stages
        self.by_id = {item.item_id: row for row, item in enumerate(bundle.items, start=1)}
        self._popular = np.argsort(-bundle.popularity[1:], kind="stable") + 1
        self._share = bundle.popularity / max(bundle.popularity.max(), 1)
        user_ids, starts = np.unique(bundle.histories[:, 0], return_index=True)
        keys = user_ids.tolist()
        if bundle.user_ids is not None:
            keys = [bundle.user_ids[number - 1] for number in keys]
        self._histories = dict(zip(keys, np.split(bundle.histories[:, 1], starts[1:])))
        self.genres = sorted({genre for item in bundle.items for genre in item.genres})
        inside = {genre: np.zeros(bundle.n_rows, bool) for genre in self.genres}
        for row, item in enumerate(bundle.items, start=1):
            for genre in item.genres:
                inside[genre][row] = True
        self._outside = {genre: np.flatnonzero(~is_inside) for genre, is_inside in inside.items()}
        by_popularity = [bundle.items[row - 1] for row in self._popular]
        self._titles = TitleIndex([item.title for item in by_popularity], [item.year for item in by_popularity])
        self.model = self.index = None
        if bundle.model is not None:
            self.model = Model(bundle.model)
            if bundle.vectors is not None and bundle.linear is None:
                self.index = (ApproximateIndex if self.approximate else ExactIndex)(bundle.vectors)
            elif self.model.gives == "query" and bundle.vectors is None:
                raise BadBundle("model.onnx gives a query, but there is no vectors.npy to compare it with.")
        if bundle.has_model and self.check:
            prove(self)

    @property
    def has_model(self) -> bool:
        """False: the model is missing, and every answer is what is popular."""
        return self.bundle.has_model

    @property
    def item_type(self) -> type:
        """What the raw ids of items are: int or str."""
        return type(self.bundle.items[0].item_id)

    @property
    def user_type(self) -> type:
        """What the raw ids of users are: int or str."""
        return int if self.bundle.user_ids is None else str

    @property
    def verb(self) -> str:
        """What the known users did with the items of their histories; purchases and clicks are no ratings."""
        own = self.bundle.facts.get("own")
        return "chose" if isinstance(own, dict) and own.get("has_ratings") is False else "rated"

    def history_of(self, user_id: int | str) -> np.ndarray | None:
        """Item indices of a known user, oldest first; None for anybody else."""
        return self._histories.get(user_id)

    def indices_of(self, item_ids: list[int | str]) -> tuple[np.ndarray, list[int | str]]:
        """Indices of the known ids in their order, and the ids nobody knows."""
        unknown = [item_id for item_id in item_ids if item_id not in self.by_id]
        return np.array([self.by_id[i] for i in item_ids if i in self.by_id], int), unknown

    def some_histories(self, n: int) -> list[np.ndarray]:
        """`n` of the known histories, spread evenly from the shortest to the longest."""
        by_length = sorted(self._histories.values(), key=len)
        return [by_length[place] for place in np.linspace(0, len(by_length) - 1, n).astype(int)]

    def top_ids(self, item_ids: list[int | str], k: int) -> list[int | str]:
        """Raw ids in, raw ids of the best `k` out, as through HTTP; ValueError if an id is not known."""
        history, unknown = self.indices_of(item_ids)
        if unknown:
            raise ValueError(f"items {unknown[:3]} are not in the item table")
        return [pick.item.item_id for pick in self.recommend([Question(history, k)])[0]]

    def recommend(self, questions: list[Question]) -> list[list[Pick]]:
        """The best `k` films for each question; no film of its history, only its genre."""
        picks: list = [None] * len(questions)
        rows = [row for row, question in enumerate(questions) if len(question.history)]
        for row in set(range(len(questions))) - set(rows):
            picks[row] = self.popular(questions[row])
        if rows:
            asked = [questions[row] for row in rows]
            if self.bundle.linear is not None:
                for row, found in zip(rows, self.by_score(asked)):
                    picks[row] = found
                return picks
            for row, question, candidates in zip(rows, asked, self.retrieve(asked)):
                picks[row] = self.rank(question, candidates)
        return picks

    def by_score(self, questions: list[Question]) -> list[list[Pick]]:
        """One stage, for a bundle with a linear part: the items with the best scores, and the exact reasons."""
        bundle, films = self.bundle, self.bundle.items
        recent = [question.history[-self.stages.length :] for question in questions]
        scores = score_all(bundle, self.model, recent, self._share)
        best = best_of(scores, max(question.k for question in questions), [self._hidden(one) for one in questions])
        answers = []
        for question, history, of_all, rows in zip(questions, recent, scores, best):
            rows = rows[: question.k]
            sources, is_exact = because_of(bundle, history, rows)
            picks = []
            for row, source, exact in zip(rows.tolist(), sources.tolist(), is_exact.tolist()):
                score, because = round(float(of_all[row]), 6), films[source - 1] if source else None
                if because is None:
                    picks.append(Pick(films[row - 1], score, "popular with everybody"))
                    continue
                close = f"close to {because.title}, which you {question.verb}"
                reason = f"because you {question.verb} {because.title}" if exact else close
                picks.append(Pick(films[row - 1], score, reason, because.item_id))
            answers.append(picks)
        return answers

    def retrieve(self, questions: list[Question]) -> list[np.ndarray]:
        """First stage: for each question (with a history) the candidates, best first."""
        output = self.model([question.history[-self.stages.length :] for question in questions])
        hidden = [self._hidden(question) for question in questions]
        if self.model.gives == "scores":
            return best_of(np.array(output, np.float32), self.stages.n_candidates, hidden)
        return self.index.search(output, self.stages.n_candidates, hidden)

    def rank(self, question: Question, candidates: np.ndarray) -> list[Pick]:
        """Second stage: order candidates (the model's order, best first) by rank fusion with their neighbours."""
        if len(candidates) == 0:
            return []
        bundle, in_history = self.bundle, np.zeros(self.bundle.n_rows, np.float32)
        in_history[question.history] = 1
        sources = bundle.neighbours[candidates]  # (n_candidates, m)
        support = bundle.weights[candidates] * in_history[sources]
        second = np.empty(len(candidates), int)
        second[np.argsort(-support.sum(axis=1), kind="stable")] = np.arange(len(candidates))
        first_position = self.stages.fusion + 1
        scores = 1 / (first_position + np.arange(len(candidates))) + 1 / (first_position + second)
        order = np.argsort(-scores, kind="stable")[: question.k]
        strongest = support[order].argmax(axis=1)
        because = sources[order, strongest]
        has_none = support[order, strongest] <= 0
        if has_none.any():
            because[has_none] = self._nearest(candidates[order[has_none]], question.history)
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

    def _nearest(self, rows: np.ndarray, history: np.ndarray) -> np.ndarray:
        """For each item the film of the recent history nearest to it in the model's own space, popularity left out."""
        recent = history[-self.stages.length :]
        if self.bundle.vectors is None:
            return np.full(len(rows), recent[-1])
        return nearest(self.bundle, rows, recent)

    def popular(self, question: Question) -> list[Pick]:
        """What most people watched, without the history: for newcomers, and when the model cannot answer in time."""
        is_hidden = np.zeros(self.bundle.n_rows, bool)
        is_hidden[self._hidden(question)] = True
        best = self._popular[~is_hidden[self._popular]][: question.k]
        films = self.bundle.items
        return [Pick(films[row - 1], round(float(self._share[row]), 6), "popular with everybody") for row in best]

    def similar(self, item_id: int | str, k: int) -> list[Pick] | None:
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
        """Films whose title has words that begin with those of `text`, the most popular first."""
        return [self.bundle.items[self._popular[place] - 1] for place in self._titles.find(text, k)]

    def _hidden(self, question: Question) -> np.ndarray:
        parts = [question.history]
        if question.genre is not None:
            parts.append(self._outside.get(question.genre, self._popular))
        if len(question.hidden):
            parts.append(question.hidden)
        return parts[0] if len(parts) == 1 else np.unique(np.concatenate(parts))
