"""The training loop against hand-made courses of a training, and against itself with a real Keras model."""

import numpy as np
import pytest

from recsys_helpers.models import training
from recsys_helpers.start import quiet_tensorflow

N_EXAMPLES = 7


class Counter:
    """A model whose only weight is the number of epochs it has seen; its losses are given."""

    def __init__(self, losses=None):
        self.epochs, self.losses = 0, losses

    def fit(self, x, y, sample_weight, batch_size, verbose):
        self.epochs += 1
        self.last_call = (x, y, sample_weight, batch_size)
        loss = self.losses[self.epochs - 1] if self.losses else 1 / self.epochs
        return type("History", (), {"history": {"loss": [loss]}})

    def get_weights(self):
        return [np.array([self.epochs])]

    def set_weights(self, weights):
        self.epochs = int(weights[0][0])


def some_examples(rng):
    return rng.random(N_EXAMPLES), rng.random(N_EXAMPLES)


def course_of(values):
    """A metric that returns these values, one a call; an exception among them is raised."""
    remaining = iter(values)

    def metric():
        value = next(remaining)
        if isinstance(value, BaseException):
            raise value
        return value

    return metric


def test_the_best_weights_are_kept_not_the_last():
    model = Counter()
    done = training.fit(model, some_examples, 6, 4, course_of([0.1, 0.3, 0.9, 0.2, 0.8, 0.4]), patience=9)
    assert (model.epochs, done.best_epoch, len(done.losses)) == (3, 3, 6)
    assert done.valid == {1: 0.1, 2: 0.3, 3: 0.9, 4: 0.2, 5: 0.8, 6: 0.4}


def test_of_two_equal_epochs_the_earlier_one_is_kept():
    model = Counter()
    training.fit(model, some_examples, 3, 4, course_of([0.5, 0.5, 0.1]))
    assert model.epochs == 1


@pytest.mark.parametrize(("patience", "n_run", "best"), [(1, 3, 2), (2, 4, 2), (3, 8, 5)])
def test_patience_counts_the_looks_since_the_best_one(patience, n_run, best):
    course = [0.1, 0.5, 0.4, 0.3, 0.6, 0.2, 0.1, 0.1, 0.9]  # best: 2, then 5; the ninth is never seen
    model = Counter()
    done = training.fit(model, some_examples, 9, 4, course_of(course), patience=patience)
    assert len(done.losses) == n_run and model.epochs == done.best_epoch == best


def test_valid_is_looked_at_every_so_many_epochs_and_at_the_end():
    done = training.fit(Counter(), some_examples, 7, 4, course_of([1, 2, 3]), every=3)
    assert list(done.valid) == [3, 6, 7]


def test_without_a_metric_all_epochs_run_and_the_last_weights_stay():
    model = Counter()
    done = training.fit(model, some_examples, 5, 4)
    assert (model.epochs, done.best_epoch, done.valid) == (5, 5, {})
    assert done.n_examples == 5 * N_EXAMPLES and done.seconds > 0 and done.peak_mib > 0


def test_examples_are_fresh_each_epoch_and_the_same_for_the_same_seed():
    def seen_by(seed):
        seen = []

        def examples(rng):
            seen.append(rng.random(3).tolist())
            return np.zeros(2), np.zeros(2)

        training.fit(Counter(), examples, 3, 4, seed=seed)
        return seen

    one, two, other = seen_by(1), seen_by(1), seen_by(2)
    assert one == two != other
    assert one[0] != one[1] != one[2]


def test_weights_of_examples_and_the_batch_size_reach_the_model():
    model = Counter()
    x, y, weight = np.arange(3), np.ones(3), np.full(3, 0.5)
    training.fit(model, lambda rng: (x, y, weight), 1, 17)
    assert model.last_call[0] is x and model.last_call[2] is weight and model.last_call[3] == 17


def test_examples_with_a_list_of_targets_are_counted_once():
    done = training.fit(Counter(), lambda rng: (np.zeros(4), [np.zeros(4), np.zeros(4)]), 2, 4)
    assert done.n_examples == 8


def test_an_interruption_inside_the_metric_leaves_the_best_weights_and_says_so(capsys):
    model = Counter()
    done = training.fit(model, some_examples, 9, 4, course_of([0.5, 0.4, KeyboardInterrupt()]))
    assert done.interrupted and model.epochs == done.best_epoch == 1
    said = capsys.readouterr().out
    assert "Interrupted after 3 epochs" in said and "usable" in said and "epoch 1" in said


def test_an_interruption_inside_examples_leaves_the_best_weights_and_says_so(capsys):
    model, calls = Counter(), []

    def examples(rng):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return some_examples(rng)

    done = training.fit(model, examples, 9, 4, course_of([0.2, 0.7]))
    assert done.interrupted and model.epochs == 2 and len(done.losses) == 2
    assert "Interrupted after 2 epochs" in capsys.readouterr().out


def test_an_interruption_before_any_look_at_valid_keeps_the_weights_and_does_not_name_a_best_epoch(capsys):
    model = Counter()
    done = training.fit(model, some_examples, 9, 4, course_of([KeyboardInterrupt()]))
    assert done.interrupted and model.epochs == 1
    said = capsys.readouterr().out
    assert "usable" in said and "it holds the weights of epoch 1." in said


@pytest.mark.parametrize(
    ("stopped_in", "average", "holds", "weight"),
    [
        (1, 1, "the weights as they were when epoch 1 was cut off", 1),
        (3, 1, "the weights of epoch 2", 2),
        (3, 2, "the mean of the weights of epochs 1 to 2", 1.5),
        (5, 3, "the mean of the weights of epochs 2 to 4", 3),
    ],
)
def test_what_an_interrupted_training_says_the_model_holds_is_what_it_holds(stopped_in, average, holds, weight, capsys):
    class Stopped(Counter):
        def fit(self, *arguments, **options):
            done = super().fit(*arguments, **options)
            if self.epochs == stopped_in:
                raise KeyboardInterrupt  # within the epoch, its weights already changed
            return done

        def get_weights(self):
            return [np.array([float(self.epochs)])]

        def set_weights(self, weights):
            self.epochs = weights[0][0]

    model = Stopped()
    training.fit(model, some_examples, 9, 4, average=average)
    assert model.epochs == weight
    assert f"it holds {holds}." in capsys.readouterr().out


def test_an_interruption_after_a_look_at_valid_names_the_mean_that_was_best(capsys):
    model = Counter()
    training.fit(model, some_examples, 9, 4, course_of([0.1, 0.2, 0.9, 0.3, KeyboardInterrupt()]), average=2)
    assert "the mean of the weights of epochs 2 to 3" in capsys.readouterr().out


@pytest.mark.parametrize("course", [[np.nan], [0.5, np.nan]])
def test_a_metric_that_is_nan_is_refused_with_its_epoch(course):
    with pytest.raises(ValueError, match=f"The metric is NaN after epoch {len(course)}"):
        training.fit(Counter(), some_examples, 3, 4, course_of([*course, 0.9]))


def test_other_errors_are_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        training.fit(Counter(), some_examples, 9, 4, course_of([ZeroDivisionError()]))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_no_number_is_refused_with_its_epoch(bad):
    with pytest.raises(FloatingPointError, match=r"(nan|inf) after epoch 2.*learning rate"):
        training.fit(Counter([0.5, bad, 0.1]), some_examples, 3, 4)


@pytest.mark.parametrize("name", ["n_epochs", "batch_size", "every", "patience"])
def test_a_bad_argument_is_refused_before_anything_is_trained(name):
    model, arguments = Counter(), {"n_epochs": 2, "batch_size": 4, "every": 1, "patience": 1}
    with pytest.raises(ValueError, match="at least 1"):
        training.fit(model, some_examples, **arguments | {name: 0})
    assert model.epochs == 0


def test_the_same_seed_twice_gives_the_same_losses_and_weights_and_another_seed_does_not():
    quiet_tensorflow()
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    start = model.get_weights()

    def examples(rng):
        x = rng.normal(size=(50, 3)).astype("float32")
        return x, x.sum(axis=1, keepdims=True)

    def train(seed):
        model.set_weights(start)
        done = training.fit(model, examples, 3, 8, seed=seed)
        return done.losses, np.concatenate([w.ravel() for w in model.get_weights()])

    (losses, weights), (same_losses, same_weights), (other_losses, _) = train(1), train(1), train(2)
    assert losses == same_losses and (weights == same_weights).all()
    assert losses != other_losses
