"""Run the lessons as Google Colab does: its published versions, and only what a lesson's first cell installs.

    python -m tools.colab                 all lessons, one after the other
    python -m tools.colab 03 22           these lessons
    python -m tools.colab --solved        the solved notebooks, so that the checks of the exercises run, too
    python -m tools.colab --jobs 2        two at a time
    python -m tools.colab --python PATH   with this Python 3.13 instead of the one on the path

Each lesson gets a fresh layer above Colab's versions (`tools/colab_versions.txt`). It runs its own first cell there,
with this folder instead of the repository's address, and then all the others. What this cannot show: Colab's GPU, its
user interface, and packages of Colab that the course does not use.
"""

import re
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

import nbformat

from tools.catalogue import ROOT, Lesson, load_course
from tools.environments import find_python, python_of, run
from tools.run_elsewhere import chosen, command_line, execute, problems_of, report

PYTHON = "3.13"
VERSIONS = ROOT / "tools" / "colab_versions.txt"
MACHINE = ROOT / ".venv-colab"
MAY_BE_RAISED = {
    "keras",  # every lesson's first cell does
    "protobuf",  # onnx needs 6.31 or later, and TensorFlow 2.20 works with it
    "uvicorn",  # lesson 23's first cell does: its processes are supervised by 0.51 or later
}
ON_COLAB = "import sys, types; sys.modules['google.colab'] = types.ModuleType('google.colab'); "
START_KERNEL = "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"


def packages_of(environment: Path) -> Path:
    """The folder of a virtual environment that packages are installed to."""
    return Path(run(python_of(environment), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())


def make_machine(python: str) -> None:
    """Make the environment with Colab's versions, unless it stands and the versions are still the same."""
    made_from = MACHINE / "made_from.txt"
    versions = f"{python}\n{VERSIONS.read_text(encoding='utf-8')}"
    if made_from.exists() and made_from.read_text(encoding="utf-8") == versions:
        return
    print(f"Installing Colab's versions into {MACHINE.name} (about 2 GB, some minutes, once) …", flush=True)
    run(python, "-m", "venv", "--clear", MACHINE)
    run(python_of(MACHINE), "-m", "pip", "install", "-q", "-r", VERSIONS)
    made_from.write_text(versions, encoding="utf-8")


def make_layer(folder: Path) -> Path:
    """An empty environment that sees the packages of the machine: what is installed there is gone with it."""
    run(python_of(MACHINE), "-m", "venv", "--without-pip", folder)
    (packages_of(folder) / "machine.pth").write_text(str(packages_of(MACHINE)), encoding="utf-8")
    return folder


def package_from_here(folder: str) -> Path:
    """The package of this folder as a file that pip installs, in the place of the repository's address."""
    run(python_of(MACHINE), "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT)
    return next(Path(folder).glob("recsys_helpers-*.whl"))


def replaced(machine: Path, layer: Path) -> list[str]:
    """One line for each package of Colab that a lesson's first cell has replaced and should have left alone.

    `machine`, `layer`: the folders that packages are installed to.
    """
    before, after = (
        {found.name.lower(): found.version for found in distributions(path=[str(folder)])}
        for folder in (machine, layer)
    )
    return [
        f"the first cell replaces Colab's {name} {before[name]} by {after[name]}"
        for name in sorted(before.keys() & after.keys() - MAY_BE_RAISED)
    ]


def try_lesson(path: Path, wheel: Path, alone: bool = False) -> list[str]:
    """Run one lesson on a machine of its own and return what is wrong with it."""
    book = nbformat.read(path, as_version=4)
    first = next((cell for cell in book.cells if "colab" in cell.metadata.get("tags", [])), None)
    if first is None or not re.search(r"git\+https?://[^\s\"']+", first.source):
        return ["no cell with the tag colab installs the package from the repository"]
    first.source = re.sub(r"git\+https?://[^\s\"']+", wheel.as_posix(), first.source)
    with tempfile.TemporaryDirectory() as folder:
        layer = make_layer(Path(folder) / "layer")
        start = [str(python_of(layer)), "-X", "frozen_modules=off", "-c", ON_COLAB + START_KERNEL]
        execute(book, [*start, "-f", "{connection_file}"], alone)
        return replaced(packages_of(MACHINE), packages_of(layer)) + problems_of(book)


def main() -> None:
    """Command line; see the top of this file."""
    asked, course = command_line(__doc__).parse_args(), load_course()
    lessons = chosen(course, asked.lessons)
    make_machine(find_python(PYTHON, asked.python))
    with tempfile.TemporaryDirectory() as folder:
        wheel = package_from_here(folder)

        def run_one(lesson: Lesson) -> list[str]:
            return try_lesson(course.notebook(lesson, asked.solved), wheel, lesson.alone)

        sys.exit(not report(lessons, run_one, asked.jobs))


if __name__ == "__main__":
    main()
