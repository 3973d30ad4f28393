"""A denoising autoencoder of histories: the network of lesson 33. TensorFlow is loaded when it is trained."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True)
class Autoencoder:
    """Settings: `hidden` units, probability `dropout` that an item of a history is switched off, passes `n_epochs`."""

    hidden: int = 128
    dropout: float = 0.5
    n_epochs: int = 12

    def __str__(self) -> str:
        return f"hidden {self.hidden}, dropout {self.dropout:g}, {self.n_epochs} epochs"

    def scores(self, seen: sp.csr_array, seed: int) -> np.ndarray:
        """Train on the rows of `seen` (n_users + 1, n_items + 1) and score all items for them; the same shape, float32.

        Row 0 is padding. Each row is divided by its length, so that long histories do not count more; the loss is the
        softmax over all items (Liang et al., WWW 2018, Mult-DAE).
        """
        from recsys_helpers.start import quiet_tensorflow, set_seed

        quiet_tensorflow()
        import keras
        from keras import layers, ops

        set_seed(seed)
        rows = seen.toarray().astype("float32")
        history = keras.Input((rows.shape[1],))
        x = layers.Dropout(self.dropout)(layers.UnitNormalization()(history))
        x = layers.Dense(rows.shape[1])(layers.Dense(self.hidden, "tanh")(x))
        model = keras.Model(history, x)
        loss = lambda y, z: -ops.mean(ops.sum(y * ops.log_softmax(z), axis=-1))  # noqa: E731
        model.compile(keras.optimizers.AdamW(0.004, weight_decay=0.01), loss, jit_compile=False)
        model.fit(rows[1:], rows[1:], batch_size=256, epochs=self.n_epochs, verbose=0)
        return np.concatenate([ops.convert_to_numpy(model(block)) for block in np.array_split(rows, 8)])
