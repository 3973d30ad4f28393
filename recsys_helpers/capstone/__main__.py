"""The commands: make the folder of a project, check one, or print what you judge yourself."""

import argparse
import shlex
import sys
from pathlib import Path

from recsys_helpers.capstone import rubric
from recsys_helpers.capstone.checks import check_project
from recsys_helpers.serving.own import command as own


def main(words: list[str] | None = None) -> int:
    """Do what the command line says: 0 if that worked and no point of the program is missing, 1 if one is, 2 if not."""
    parser = argparse.ArgumentParser(
        prog="python -m recsys_helpers.capstone", description="A project of your own: make it, check it."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="from a file to the folder of a project, with a draft of its card")
    making.add_argument("folder", help="where the project is made")
    own.add_options(making)
    checking = commands.add_parser("check", help="the fifteen points that a program can give")
    checking.add_argument("folder", help="the folder that `make` filled")
    checking.add_argument("--again", metavar="OTHER", help="the folder of a second run of the same command")
    commands.add_parser("rubric", help="what you judge yourself, with its levels")
    arguments = parser.parse_args(words)
    if arguments.command == "rubric":
        print(rubric.levels())
        return 0
    if arguments.command == "check":
        if not Path(arguments.folder).is_dir():
            print(f"There is no folder {arguments.folder}.", file=sys.stderr)
            return 2
        verdicts = check_project(arguments.folder, arguments.again)
        print(rubric.report(verdicts))
        return int(not all(verdict.is_met for verdict in verdicts))
    if not arguments.data:
        parser.error("make needs --data FILE. See: python -m recsys_helpers.capstone make --help")
    return _make(arguments, words if words is not None else sys.argv[1:])


def _make(arguments, words: list[str]) -> int:
    from recsys_helpers.capstone.steps import make
    from recsys_helpers.data.checks import DataProblems

    command = "python -m recsys_helpers.capstone " + shlex.join(words).replace('"', "'").replace("\\", "/")
    try:
        project = make(own.source_of(arguments), arguments.folder, command)
    except DataProblems as error:
        print(f"{error}\nNothing was made. All options: python -m recsys_helpers.capstone make --help", file=sys.stderr)
        return 2
    print(f"\nNow write your sentences into {project.folder / 'card.toml'}, and check the project.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
