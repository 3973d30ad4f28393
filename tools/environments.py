"""Find a Python of a given version, and run commands in environments made with it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def run(*command: str | Path) -> str:
    """Run a command and return what it printed; end the program with its words if it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def find_python(version: str, wanted: str | None = None) -> str:
    """The path of a Python such as "3.13": the one that is wanted, or that on the path, or pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [f"python{version}", sys.executable, *sorted(pyenv.glob(f"{version}*/bin/python"), reverse=True)]
    ask = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)"
    for candidate in [wanted] if wanted else candidates:
        path = shutil.which(candidate)
        answer = path and subprocess.run([path, "-c", ask], capture_output=True, text=True).stdout.split("\n")
        if answer and answer[0] == version:
            return answer[1]
    sys.exit(
        f"Python {version} is needed, and {wanted or 'no command here'} is not it. Install it (python.org, "
        f"`pyenv install {version}`, `uv python install {version}` or conda) and say where it is: --python PATH"
    )


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
