"""All steps in order, from a file to a bundle in use; finished ones are kept, so an interrupted run goes on."""

import numpy as np
from tqdm import tqdm

from recsys_helpers.data.checks import DataProblems
from recsys_helpers.serving import compressed
from recsys_helpers.serving.bundle import save_bundle
from recsys_helpers.serving.linear_part import Linear
from recsys_helpers.serving.own import network as networks
from recsys_helpers.serving.own.contenders import EASE, KNN, NEXT_ITEM, Contender, offered, popular_scores
from recsys_helpers.serving.own.cut import Cut, View, cut
from recsys_helpers.serving.own.evidence import Result, choose, table
from recsys_helpers.serving.own.packing import pack
from recsys_helpers.serving.own.reading import Data, read
from recsys_helpers.serving.own.source import Source
from recsys_helpers.serving.own.steps import Steps
from recsys_helpers.serving.parts import Bundle
from recsys_helpers.serving.store import Store


def prepare(source: Source, store: Store, config=None, compress: bool = False) -> str:
    """Make the bundle of a source, put it into use, and return its version; says what it finds on the way.

    `config`: settings of the network, if not those of lesson 12. `compress`: serve int8 rows unless they are measured
    worse. Raises DataProblems with all problems of the file, before anything is written; KeyboardInterrupt leaves the
    finished steps, and the next call goes on.
    """
    digest = source.digest()  # before the file is read, so that what is built cannot be named after a later content
    data = read(source)
    if source.has_changed():
        raise DataProblems(source.name, ["The file changed while it was read. Run the same command again."])
    _say("Data", data.report)
    steps = Steps(store.folder / "steps" / digest)
    parts = cut(data.frame, source.seed)
    contenders, reasons = offered(parts)
    if not contenders:
        raise MemoryError(" ".join(reasons))
    run = Run(source, steps, parts)
    results, trained, why_none = run.evaluate(contenders, config)
    choice = choose(results, parts.has_times, why_none)
    if steps.kept:
        print(f"Kept from an earlier run: {len(steps.kept)} steps; made now: {len(steps.made)}.")
    n_measured = len(parts.final.measured)
    _say(
        f"Models, measured for {n_measured:,} users",
        [table(results), *reasons, *([f"{why_none}."] if why_none else [])],
    )
    _say("Choice", [choice.why, *([choice.warning] if choice.warning else [])])
    facts = {
        "choice": {"model": choice.name, "why": choice.why, "warning": choice.warning},
        "table": {one.name: [one.setting, round(float(one.per_user.mean()), 4)] for one in results},
    }
    version = run.save(data, choice.name, trained, facts, store, compress)
    store.use(version)
    return version


class Run:
    """The steps of one source and what they share: the settings that were chosen, and linear parts already solved."""

    def __init__(self, source: Source, steps: Steps, parts: Cut):
        self.source, self.steps, self.parts = source, steps, parts
        self.chosen: dict[str, tuple[dict, float]] = {}  # contender → setting, NDCG@10 on valid
        self._solved: tuple[str, Linear] | None = None

    def evaluate(self, contenders: list[Contender], config) -> tuple[list[Result], dict | None, str]:
        """All results on test, the network (or None), and why there is none."""
        for contender in contenders:
            self._tune(contender)
        final = self.parts.final
        results = [Result("popularity", "", np.nan, self._test("popularity", lambda: popular_scores(final)))]
        with tqdm(contenders, desc="measure on test", unit="model") as bar:
            for one in bar:
                bar.set_postfix_str(one.name)
                per_user = self._test(one.name, lambda one=one: self.solved(one).scores)
                setting, valid = self.chosen[one.name]
                results.append(Result(one.name, _in_words(setting), valid, per_user))
        if not self.parts.has_times:
            return results, None, ""
        if self.parts.items.n > networks.MOST_FOR_NETWORK:
            limit = f"{networks.MOST_FOR_NETWORK:,} items, because the time of its training grows with their number"
            return results, None, f"The network is offered up to {limit}"
        trained = self._network(config)
        wide = self.wide_half(trained)
        per_user = self._test(networks.NAME, lambda: networks.scores_of(trained, wide()))
        setting = f"{int(trained['n_epochs'])} epochs, linear half × {float(trained['scale']):.3g}"
        results.append(Result(networks.NAME, setting, np.nan, per_user))
        return results, trained, ""

    def _tune(self, contender: Contender) -> None:
        """Try the settings of one contender on valid and keep the best."""
        view, found = self.parts.tuning, []
        with tqdm(contender.settings, desc=f"tune {contender.name}", unit="setting") as bar:
            for setting in bar:
                name = f"valid {contender.name} {_in_words(setting)}"
                made = self.steps.facts(_slug(name), lambda s=setting: {"ndcg": self._on_valid(contender, view, s)})
                found.append((made["ndcg"], setting))
        valid, setting = max(found, key=lambda pair: pair[0])
        self.chosen[contender.name] = (setting, valid)

    @staticmethod
    def _on_valid(contender: Contender, view: View, setting: dict) -> float:
        return view.evaluate(contender.build(view, setting).scores, contender.name).mean()

    def _test(self, name: str, scores_of) -> np.ndarray:
        """NDCG@10 of each measured user on test."""

        def measured() -> dict:
            return {"ndcg": self.parts.final.evaluate(scores_of(), name).per_user["NDCG"].to_numpy()}

        return self.steps.arrays(_slug(f"test {name}"), measured)["ndcg"]

    def solved(self, contender: Contender) -> Linear:
        """The linear part of a contender, learned from train and valid with the chosen setting."""
        if self._solved is None or self._solved[0] != contender.name:
            self._solved = None  # at most one large matrix at a time
            part = contender.build(self.parts.final, self.chosen[contender.name][0])
            self._solved = (contender.name, part)
        return self._solved[1]

    def _wide(self) -> Contender:
        return next(one for one in (NEXT_ITEM, KNN, EASE) if one.name in self.chosen)

    def wide_half(self, trained: dict):
        """The linear half of the network as it is served, solved when it is called for."""
        return lambda: networks.scaled(self.solved(self._wide()), float(trained["scale"]))

    def _network(self, config) -> dict[str, np.ndarray]:
        """The trained network, with the weight of its linear half."""
        wide, view = self._wide(), self.parts.tuning

        def trained() -> dict[str, np.ndarray]:
            print("Training the network; the bar says how long it still takes.", flush=True)
            return networks.train(view, wide.build(view, self.chosen[wide.name][0]), self.source.seed, config)

        return self.steps.arrays("network", trained)

    def save(self, data: Data, name: str, trained: dict | None, facts: dict, store: Store, compress: bool) -> str:
        """Pack what was chosen; returns the version, that of an earlier run where the same is still there."""
        step = "bundle-compressed" if compress else "bundle"

        def packed() -> dict:
            bundle = self._pack(data, name, trained, facts, compress)
            said = bundle.facts.get("compression", "")
            return {"version": save_bundle(bundle, store.bundles).name, "compression": said}

        found = self.steps.facts(step, packed)
        if not store.path_of(found["version"]).exists():
            self.steps.forget(step)  # it was pruned
            found = self.steps.facts(step, packed)
        if compress:
            print(found["compression"], flush=True)
        return found["version"]

    def _pack(self, data: Data, name: str, trained: dict | None, facts: dict, compress: bool) -> Bundle:
        """The bundle of the chosen model."""
        similar = self.solved(KNN) if KNN.name in self.chosen else None
        if name == networks.NAME:
            linear, network = self.wide_half(trained)(), trained
        else:
            by_name = {one.name: one for one in (KNN, EASE, NEXT_ITEM)}
            linear, network = self.solved(by_name[name]), None
        similar = similar or linear
        if compress:

            def measured(part: Linear) -> np.ndarray:
                scores_of = part.scores if network is None else networks.scores_of(network, part)
                return self.parts.final.evaluate(scores_of, name).per_user["NDCG"].to_numpy()

            linear, said = compressed.compress(linear, measured)
            facts = facts | {"compression": said}
        return pack(self.source, data, self.parts, linear, network, similar, facts, compress)


def _in_words(setting: dict) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in setting.items())


def _slug(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in text)


def _say(head: str, lines: list[str]) -> None:
    print(f"\n{head}\n" + "\n".join(lines), flush=True)
