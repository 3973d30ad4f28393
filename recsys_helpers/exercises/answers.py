"""Reading what a learner hands over: a number, letters, a function; anything else is answered with a hint."""

from collections.abc import Callable


class NotYet(Exception):
    """The answer is not right yet; the message is the hint that the learner reads."""


class NotAttempted(Exception):
    """The stub is still in place; the message says what to do with it."""


def as_number(answer) -> float:
    """The answer as a float. Raises NotYet if it is none.

    >>> as_number("0.25")
    0.25
    """
    try:
        return float(answer)
    except (TypeError, ValueError):
        raise NotYet(f"A single number is asked for, not {type(answer).__name__}.") from None


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
