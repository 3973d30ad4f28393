"""Ten criteria of three points each: what a program gives, what you give yourself, and what the levels look like."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Criterion:
    """One criterion: `by_program` points can be checked by a program, the rest you judge by `levels`.

    `levels`: for 0, 1, … points of your own, one sentence each.
    """

    name: str
    by_program: int
    levels: tuple[str, ...]

    @property
    def by_you(self) -> int:
        """Points that only a reader of the project can give."""
        return 3 - self.by_program


CRITERIA = (
    Criterion("question and user", 0, (
        "Nothing beyond 'recommend items'.",
        "A user and a moment are named: 'a returning customer, on the start page'.",
        "Also what the list must contain, and what it must not: 'ten articles this customer has not bought yet'.",
        "Also the decision that depends on the figure, and the value at which it would change.",
    )),
    Criterion("data card and licence", 2, (
        "The data are described by their size alone.",
        "Somebody else learns what a row means, what is missing (returns, what was shown), and for whom it is unfair.",
    )),
    Criterion("split with a reason", 2, (
        "The reason is a habit: 'the usual 80/20'.",
        "The reason follows from the question, and names what the cut still leaks.",
    )),
    Criterion("baselines", 2, (
        "The bar knows less than your model does, so a win would prove little.",
        "The strongest simple model that knows the same (the order, say) is there, with settings from the same search.",
    )),
    Criterion("model and ablation", 1, (
        "One model, no reason for it.",
        "The model fits the question, and the removed part is named before the result.",
        "Also: the ablation removes what you claim to be the cause, and nothing else.",
    )),
    Criterion("interval and seeds", 3, ("Nothing is left for you to judge here.",)),
    Criterion("beyond accuracy, and one harm", 1, (
        "Groups were measured, and nothing follows from it.",
        "One person who could be worse off is named, with a figure that would show it.",
        "Also: a limit is set at which you would change or stop the service.",
    )),
    Criterion("explanation", 1, (
        "Reasons are shown, and nobody asked whether people understand them.",
        "The page says what a reason is (a share of the score) and what it is not (a cause).",
        "Also: somebody outside the project read five reasons, and you wrote down what they took them to mean.",
    )),
    Criterion("service", 2, (
        "It answers one request at a time on your machine.",
        "A load figure (answers per second, p99, which machine) and what visitors get above it are stated.",
    )),
    Criterion("run again", 1, (
        "It runs again in your own folder.",
        "One command from a fresh clone, versions pinned.",
        "Also: another person on another machine ran it, and got the same figures.",
    )),
)  # fmt: skip

BY_PROGRAM, BY_YOU = (sum(getattr(one, name) for one in CRITERIA) for name in ("by_program", "by_you"))
CANNOT = (
    "What no program has checked here: whether the question is worth asking, whether the reason of the split is "
    "good, whether the bar was tuned in earnest, whether test was looked at only once, whether the licence is "
    "the one of this file, whether the groups are the right ones, and whether results.csv was computed or typed. "
    "Whoever wants to cheat this check can. It is made for people who want to know what they forgot."
)


def report(verdicts: list) -> str:
    """The points of the program, criterion by criterion, and what is missing; then what is left to judge.

    `verdicts`: what `checks.check_project` found, in order.
    """
    lines = []
    for number, criterion in enumerate(CRITERIA, start=1):
        own = [verdict for verdict in verdicts if verdict.criterion == criterion.name]
        points = sum(verdict.is_met for verdict in own)
        by_program = f"{points} of {criterion.by_program}" if criterion.by_program else "–     "
        by_you = f"   + 0 to {criterion.by_you} by you" if criterion.by_you else ""
        lines.append(f"{number:2}. {criterion.name:30} {by_program}{by_you}")
        for verdict in own:
            mark, says = ("✓", "") if verdict.is_met else ("✗", f": {verdict.says}")
            lines.append(f"      {mark} {verdict.point}{says}")
    total = sum(verdict.is_met for verdict in verdicts)
    lines.append(f"\n{total} of {BY_PROGRAM} points by the program. {BY_YOU} more are yours to judge.")
    return "\n".join([*lines, CANNOT])


def levels() -> str:
    """The levels of what you judge yourself, as text."""
    lines = []
    for number, criterion in enumerate(CRITERIA, start=1):
        if criterion.by_you:
            lines.append(f"{number:2}. {criterion.name}")
            lines += [f"      {points}  {sentence}" for points, sentence in enumerate(criterion.levels)]
    return "\n".join(lines)
