"""Questions with known answers that travel in a bundle's manifest, and the comparison before it is put into use.

`probe`: a history of rows and the numbers that the model gives for it; shows other weights. `golden`: a few histories
of raw ids and the ten raw ids that were recommended; shows rows, titles or files that no longer belong together,
although each file is whole and the model runs.
"""

import numpy as np

from recsys_helpers.serving.bundle import BadBundle

N_NUMBERS, N_GOLDEN, MOST_LIKES, TOP = 64, 8, 100, 10
CLOSE = 1e-3  # processors round differently
SAME = 0.9  # share of the golden answers that must come again: near ties may change places


def add_probes(recommender) -> None:
    """Write both probes into the facts of a recommender's bundle, from eight of its histories of different lengths."""
    bundle = recommender.bundle
    chosen = recommender.some_histories(N_GOLDEN)
    newest = chosen[-1][-bundle.stages.length :]
    bundle.facts["probe"] = {"history": newest.tolist(), "numbers": np.round(_numbers(recommender, newest), 5).tolist()}
    bundle.facts["golden"] = []
    for history in chosen:
        likes = [bundle.items[row - 1].item_id for row in history[-MOST_LIKES:]]
        bundle.facts["golden"].append({"likes": likes, "top": recommender.top_ids(likes, TOP)})


def prove(recommender) -> None:
    """Ask the probes, which also warms the model up; BadBundle if the answers are not those of the manifest."""
    facts = recommender.bundle.facts
    try:
        history = np.array(facts["probe"]["history"], np.int32)
        expected = np.array(facts["probe"]["numbers"], np.float32)
        golden = [(question["likes"], question["top"]) for question in facts["golden"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BadBundle("The manifest holds no probes; `add_probes` writes them when a bundle is built.") from error
    if not golden or not len(history):
        raise BadBundle("The probes of the manifest are empty.")
    try:
        found = _numbers(recommender, history)
        tops = [recommender.top_ids(likes, TOP) for likes, _ in golden]
    except BadBundle:
        raise
    except Exception as error:
        raise BadBundle(f"model.onnx does not run with these files: {type(error).__name__}: {error}.") from error
    if found.shape != expected.shape or not np.allclose(found, expected, atol=CLOSE):
        raise BadBundle("model.onnx gives other scores than when it was packed.")
    same = np.mean([len(set(top) & set(right)) / max(len(right), 1) for top, (_, right) in zip(tops, golden)])
    if not same >= SAME:
        raise BadBundle(
            f"The golden questions get other films than when the bundle was packed: {same:.0%} of them are the same. "
            "Its files do not belong together."
        )


def _numbers(recommender, history: np.ndarray) -> np.ndarray:
    if recommender.model is None:
        return recommender.bundle.linear.scores([history])[0, :N_NUMBERS]
    return np.asarray(recommender.model([history])[0, :N_NUMBERS], np.float32)
