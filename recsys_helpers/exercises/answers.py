"""Reading what a learner hands over: a number, letters, a function; anything else is answered with a hint."""

from collections.abc import Callable

import numpy as np


class NotYet(Exception):
    """The answer is not right yet; the message is the hint that the learner reads."""


class NotAttempted(Exception):
    """The stub is still in place; the message says what to do with it."""


def as_number(answer) -> float:
    """The answer as a float. Raises NotYet if it is none.

    >>> as_number("0.25"), as_number(np.array([2.9]))
    (0.25, 2.9)
    """
    try:
        return float(np.ravel(answer)[0] if np.size(answer) == 1 else answer)
    except (TypeError, ValueError):
        raise NotYet(f"Answer with a single number, not {type(answer).__name__}.") from None


def as_power_of_ten(answer) -> float:
    """The exponent of a guess such as −9. Raises NotYet, which says how to write it, for the number 1e-9 itself."""
    guess = as_number(answer)
    if 0 < guess < 0.5:
        raise NotYet(f"Answer with the power of ten alone: {np.log10(guess):.0f} instead of {guess:.0e}.")
    return guess


def as_letters(answer) -> str:
    """The letters of an answer in upper case, whatever stands between them; a list of letters is read as well.

    >>> as_letters(" b, d) -a ")
    'BDA'
    >>> as_letters(["B", "d"])
    'BD'
    """
    text = "".join(map(str, answer)) if isinstance(answer, (list, tuple)) else str(answer)
    return "".join(letter for letter in text.upper() if letter.isalpha())


def must_be_function(answer) -> Callable:
    """The answer itself. Raises NotYet if it cannot be called, which is so after `f(...)` instead of `f`."""
    if not callable(answer):
        raise NotYet("Hand over the function itself, without parentheses and arguments.")
    return answer
