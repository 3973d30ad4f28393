"""The model of a bundle: any ONNX graph that reads histories and gives a query vector or the scores of all items."""

import os

import numpy as np

from recsys_helpers.serving.sealed import BadBundle

GIVES = ("query", "scores")  # names of the outputs that the service can use


class Model:
    """Histories (batch, length) of item indices, oldest first, zeros behind the last → what the graph gives for them.

    `gives`: "query" (batch, dim), to be compared with item vectors, or "scores" (batch, n_rows), one per item row.
    Runs in the calling thread. Raises BadBundle if the bytes are no such model. onnxruntime reports its use to its
    maker from version 1.29 on unless an environment variable says no before it is imported.
    """

    def __init__(self, raw: bytes):
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(raw, options, providers=["CPUExecutionProvider"])
            inputs, outputs = self._session.get_inputs(), [value.name for value in self._session.get_outputs()]
        except Exception as error:  # onnxruntime has a class of its own for each way to fail
            raise BadBundle(f"model.onnx is no model that this service can run: {type(error).__name__}.") from error
        if [value.name for value in inputs] != ["history"] or len(inputs[0].shape) != 2:
            raise BadBundle(f"model.onnx takes {[value.name for value in inputs]}, not a history.")
        usable = [name for name in outputs if name in GIVES]
        if not usable:
            raise BadBundle(f"model.onnx gives {outputs}; the service needs one of {list(GIVES)}.")
        self.gives = usable[0]
        length = inputs[0].shape[1]
        self.length = length if isinstance(length, int) else None  # a graph may insist on one length

    def __call__(self, histories: list[np.ndarray]) -> np.ndarray:
        """The graph's output for these histories: (batch, dim) or (batch, n_rows)."""
        width = self.length or max(map(len, histories))
        padded = np.zeros((len(histories), width), np.int32)
        for row, history in enumerate(histories):
            newest = history[-width:]
            padded[row, : len(newest)] = newest
        return self._session.run([self.gives], {"history": padded})[0]
