"""The advice of the checks as options of the command line, in backticks, that can be copied."""

import shlex
from typing import ClassVar

from recsys_helpers.data.advice import FileWords


class CommandWords(FileWords):
    """Advice for a file that was named on the command line.

    >>> words = CommandWords({"user_id": "buyer no", "title": "name"})
    >>> words.leave_out("rating")
    "`--columns 'user_id=buyer no' title=name rating=`"
    >>> words.option("sep", "\\t"), words.option("encoding", ["utf-8", "cp1252"]), words.option("text_ids", True)
    ("`--sep '\\\\t'`", '`--encoding utf-8 cp1252`', '`--text-ids`')
    """

    other_columns = ("title",)
    other_files: ClassVar[dict[str, str]] = FileWords.other_files | {
        "Parquet": "Save it as CSV: pd.read_parquet(path).to_csv(other_path, index=False).",
        "a JSON array": "Write one object on each line, without the brackets around all.",
    }

    def option(self, name: str, value) -> str:
        """An option with its value as words of a shell."""
        if name == "columns":
            value = [f"{ours}={theirs or ''}" for ours, theirs in value.items()]
        values = [] if value is True else [value] if isinstance(value, str) else value
        values = [text if "…" in text else shlex.quote(text.replace("\t", "\\t")) for text in values]
        return f"`{' '.join([_flag(name), *values])}`"

    def named(self, name: str) -> str:
        """An option by its name alone."""
        return f"`{_flag(name)}`"

    def scale(self) -> str:
        """The option for the scale of the ratings."""
        return "`--rating-range LOWEST HIGHEST`"

    def again(self) -> str:
        """A pair comes twice, with other values."""
        first, last = self.option("duplicates", "first"), self.option("duplicates", "last")
        return f"Keep one: pass {last}, or {first}. Each pair counts once here, also plays and purchases."

    def one_spelling(self, name: str) -> str:
        """How to give all ids one spelling."""
        return "Give both one spelling in the file."


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
