"""The checks behind the exercises: `check("04.2", my_function)` answers, hints, and remembers what is done.

Three answers: not attempted yet · correct · not yet (with the likely mistake). Nothing leaves the machine: passed
exercises stand in one small file, `RECSYS_PROGRESS` or the user's own data folder.
"""

from recsys_helpers.exercises.answers import (
    NotAttempted,
    NotYet,
    as_letters,
    as_number,
    as_power_of_ten,
    must_be_function,
)
from recsys_helpers.exercises.attempts import Recorder, watched, without_source
from recsys_helpers.exercises.compare import agree
from recsys_helpers.exercises.judging import Sign, capped, judge, takes_best, variants
from recsys_helpers.exercises.record import passed, remember
from recsys_helpers.exercises.registry import (
    KINDS,
    Exercise,
    by_lesson,
    choice,
    exercise,
    exercises_of,
    find,
    parsons,
    predict,
    trace,
)

__all__ = [
    "KINDS", "Exercise", "NotYet", "Sign", "agree", "as_letters", "as_number", "as_power_of_ten", "check", "choice",
    "exercise", "exercises_of", "judge", "must_be_function", "parsons", "predict", "progress", "takes_best", "trace",
    "variants",
]  # fmt: skip


def check(id: str, answer) -> None:
    """Print one of the three answers for this exercise; a pass is remembered.

    `answer` is what the learner made: a number, a letter, an array or a function. A stub (None, `...`, or a function
    that returns `...`) is "not attempted yet" and never an error, so that Run All goes through.
    """
    task = find(id)
    recorder = None
    try:
        handed_over = watched(answer, task.given)
        if task.given and without_source(answer):
            recorder = handed_over = Recorder(handed_over, task.given)
        comment = task.test(handed_over) or task.done
    except NotAttempted as what:
        print(_not_attempted(id, what))
    except NotYet as hint:
        is_untouched = recorder is not None and recorder.is_untouched
        print(_not_attempted(id, "Fix the function") if is_untouched else f"{id} · not yet. {capped(str(hint))}")
    except Exception as error:  # the learner's own code failed: say how, do not bury it in our traceback
        print(f"{id} · not yet. Your code raised {type(error).__name__}: {capped(str(error), most=300)}")
    else:
        print(f"{id} · {'noted' if task.kind == 'predict' else 'correct'}. {comment}")
        trouble = remember(id)
        if trouble:
            print(trouble)


def _not_attempted(id: str, what) -> str:
    return f"{id} · not attempted yet. {what}, run the cell, then run this one again."


def progress() -> None:
    """Print the map of what is done: one line per lesson, a full square for each passed exercise."""
    done, trouble = passed()
    if trouble:
        print(trouble)
    for lesson, tasks in sorted(by_lesson().items()):
        squares = "".join("■" if task in done else "□" for task in tasks)
        print(f"lesson {lesson}  {squares}  {sum(task in done for task in tasks)} of {len(tasks)}")
