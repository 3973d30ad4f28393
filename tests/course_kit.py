"""For the tests of the build: a tiny course in a folder of its own, and a stand-in for running notebooks."""

import threading
import time
from pathlib import Path

import nbformat

FILES = {
    "pyproject.toml": '[project.urls]\nRepository = "https://github.com/somebody/tiny"\n',
    "README.md": "# Tiny\n\n<!-- lessons:begin -->\n<!-- lessons:end -->\n",
    "recsys_helpers/__init__.py": '"""Helpers."""\n',
    "recsys_helpers/data/__init__.py": "from recsys_helpers.data.ratings import load\n",
    "recsys_helpers/data/ratings.py": 'FOLDER = "small"\n\n\ndef load():\n    return [3, 4]\n',
    "recsys_helpers/evaluation/__init__.py": "from .metrics import mean\nfrom .ranking import top\n",
    "recsys_helpers/evaluation/metrics.py": "def mean(x):\n    return sum(x) / len(x)\n",
    "recsys_helpers/evaluation/ranking.py": (
        "def top(x):\n    from recsys_helpers.data import load\n\n    return max(x)\n"
    ),
    "recsys_helpers/serving/__init__.py": '"""The service."""\n',
    "recsys_helpers/serving/__main__.py": "from recsys_helpers.serving.app import PAGE\n",
    "recsys_helpers/serving/app.py": 'from pathlib import Path\n\nPAGE = Path(__file__).with_name("page.html")\n',
    "recsys_helpers/serving/page.html": "<p>hello</p>\n",
    "recsys_helpers/exercises/__init__.py": "import importlib\n\n\ndef check(id, answer):\n    print(id)\n",
    "recsys_helpers/recorded/09.csv": "model,NDCG\nfirst,0.1\n",
    "data/small/ratings.csv.gz": "ratings",
    "data/other/ratings.csv.gz": "others",
}
LESSONS = {  # what it runs, what stands in the catalogue
    "00_start": ("print(1)", 'reads = ["exercise ids"]'),
    "04_measure": ("from recsys_helpers.evaluation import mean\n\nprint(mean([1, 2]))", ""),
    "07_rank": ("from recsys_helpers import evaluation\n\nprint(evaluation.top([1]))", ""),
    "09_click": ("print('nine')", "records = true"),
    "10_convolve": ("print('ten')", 'reads = ["earlier"]'),
    "11_remember": ("print('eleven')", 'reads = ["earlier"]'),
    "23_serve": ('command = ["python", "-m", "recsys_helpers.serving"]\nprint(command)', "alone = true"),
}
SCRIPT = """# %% [markdown]
# # {title}
#
# <!-- parts:begin -->
# <!-- parts:end -->

# %% [markdown]
# What you will do

# %%
from recsys_helpers.exercises import check

# %%
{code}

# %%
answer = ...
### BEGIN SOLUTION
answer = 1
### END SOLUTION

# %%
check("{number}.1", answer)
"""


def add_lesson(root: Path, name: str, code: str, more: str = "", position: int | None = None) -> None:
    """Write the script, the files beside it and the entry of one lesson."""
    number, title = name[:2], name[3:].capitalize()
    needed = {
        f"notebooks/src/{name}.py": SCRIPT.format(title=title, code=code, number=number),
        f"recsys_helpers/exercises/lesson_{number}.py": f'choice("{number}.1", "O1")\n',
        f"tests/wrong_answers/lesson_{number}.py": "WRONG = {}\n",
    }
    for path, text in needed.items():
        write(root / path, text)
    entry = f'[[part.lesson]]\nfile = "{name}"\ntitle = "{title}"\ntask = "Do it."\nteaching = 1\nexercises = 1\n'
    entry += f"seconds = 1\n{more}\n"
    path = root / "notebooks" / "course.toml"
    entries = (
        path.read_text(encoding="utf-8").split("\n\n") if path.exists() else ['[[part]]\nname = "P"\nquestion = "Q"']
    )
    entries.insert(len(entries) if position is None else position + 1, entry.strip())
    write(path, "\n\n".join(entries) + "\n")


def write(path: Path, text: str) -> None:
    """Write a file and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class Kernels:
    """Instead of kernels: notes what is run and when, and leaves outputs as a run would."""

    def __init__(self):
        self.runs: list[tuple[str, bool]] = []  # (title of the lesson, solved)
        self.spans: list[tuple[str, float, float]] = []
        self.rows = "first,0.1"  # what lesson 09 records
        self.seconds = 0.0
        self.lock = threading.Lock()

    def __call__(self, book, root, alone=False, record=False):
        title = book.cells[0].source.split()[1]
        started = time.perf_counter()
        time.sleep(self.seconds)
        with self.lock:
            self.runs.append((title, "without solutions" in book.cells[1].source))
            self.spans.append((title, started, time.perf_counter()))
            for number, cell in enumerate([cell for cell in book.cells if cell.cell_type == "code"], start=1):
                cell.execution_count = number
                cell.outputs = [nbformat.v4.new_output("stream", text=f"run {len(self.runs)}\n")]
            if record:
                write(root / "recsys_helpers" / "recorded" / "09.csv", f"model,NDCG\n{self.rows}\n")
        return self.seconds

    @property
    def titles(self) -> list[str]:
        """The lessons that were run, once each, in order."""
        return list(dict.fromkeys(title for title, _ in self.runs))


def make_course(root: Path) -> None:
    """The seven lessons above with their files, not yet built."""
    for path, text in FILES.items():
        write(root / path, text)
    for name, (code, more) in LESSONS.items():
        add_lesson(root, name, code, more)
