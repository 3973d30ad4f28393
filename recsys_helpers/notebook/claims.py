"""Sentences of the text that the run itself confirms or denies."""


def claim(sentence: str, holds: bool) -> None:
    """Say whether a sentence of the text holds in this run.

    The stored output makes a test red when it no longer does; a reader who changes a setting is told, not stopped.

    >>> claim("one and one is two", 1 + 1 == 2)
    ✓ one and one is two
    """
    print(f"{'✓' if holds else '✗ not in this run (did you change something?):'} {sentence}")
