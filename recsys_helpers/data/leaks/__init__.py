"""Look for leaks between train, valid and test tables: of this course, or CSV files of any project.

    python -m recsys_helpers.data.leaks --train train.csv --valid valid.csv --test test.csv

The answer has two parts. A *leak* makes the test easier than reality, or distorts it, and must be repaired. What is
*worth knowing* is normal in some splits and wrong in others: users on both sides, say, belong to a cut of each user's
history. Left out: features that know the answer (lesson 01), and items whose copies have other ids.
"""

from recsys_helpers.data.leaks.report import report
from recsys_helpers.data.leaks.rules import Finding, find_leaks

__all__ = ["Finding", "find_leaks", "report"]
