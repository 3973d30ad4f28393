"""A project of the reader's own: its folder, the steps that fill it, and a check of what a program can check.

`project` the files of a project and how they are read and written · `steps` from a file to the folder, one function
for each stage of lesson 33 · `autoencoder` the network of the example · `asking` the service in this process ·
`rubric` ten criteria, their levels, and the report · `checks` the fifteen points that a program can give, from
`data_checks`, `model_checks` and `service_checks` · `reasons` whether reasons are the model's own. The other fifteen
points need a person who reads the project.

    python -m recsys_helpers.capstone make FOLDER --data orders.csv --times ISO8601 --duplicates first
    python -m recsys_helpers.capstone check FOLDER --again OTHER
    python -m recsys_helpers.capstone rubric
"""

from recsys_helpers.capstone.asking import service_over
from recsys_helpers.capstone.checks import Verdict, check_project
from recsys_helpers.capstone.project import Incomplete, Project
from recsys_helpers.capstone.reasons import fidelity
from recsys_helpers.capstone.rubric import CRITERIA, report

__all__ = ["CRITERIA", "Incomplete", "Project", "Verdict", "check_project", "fidelity", "report", "service_over"]
