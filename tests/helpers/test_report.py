"""The environment report names what is wrong, and a seed gives the same numbers twice."""

import contextlib
import os
import random
import sys
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from recsys_helpers import start
from recsys_helpers.notebook import report

GIB = 2**30


@pytest.fixture
def healthy(monkeypatch):
    """A machine without fault; each test breaks one thing. `versions` may be changed."""
    versions = dict.fromkeys(report.CORE_PACKAGES, "9.9.9")
    monkeypatch.setattr(report, "_version", versions.get)
    monkeypatch.setattr(report, "sys", SimpleNamespace(version_info=(3, 12, 1, "final", 0), modules=sys.modules))
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=5 * GIB, total=8 * GIB))
    return versions


def problems():
    return report.environment_report(look_for_gpu=False)[1]


def test_a_healthy_machine_has_no_problems_and_its_facts_are_told(healthy):
    facts, found = report.environment_report(look_for_gpu=False)
    assert found == []
    assert {"Python", "system", "CPU cores", *report.CORE_PACKAGES} <= dict(facts).keys()
    assert dict(facts)["memory free / all"] == "5.0 / 8.0 GiB"
    assert all(isinstance(value, str) and value for value in dict(facts).values())


@pytest.mark.parametrize("package", report.CORE_PACKAGES)
def test_a_missing_package_is_named_with_its_remedy(healthy, package):
    healthy[package] = None
    facts, found = report.environment_report(look_for_gpu=False)
    assert dict(facts)[package] == "missing"
    assert len(found) == 1 and package in found[0] and "pip install -r requirements.txt" in found[0]


@pytest.mark.parametrize("version", ["3.15.0", "3.9.9", "3.2", "2.99.0", "3.15"])
def test_a_keras_with_known_holes_is_a_problem(healthy, version):
    healthy["keras"] = version
    assert len(problems()) == 1 and "older than 3.15.1" in problems()[0]


@pytest.mark.parametrize("version", ["3.15.1", "3.15.2", "3.16.0rc1", "3.100.0", "4.0"])
def test_a_newer_keras_is_none(healthy, version):
    healthy["keras"] = version
    assert problems() == []


@pytest.mark.parametrize("minor, n_problems", [(10, 1), (11, 0), (13, 0), (14, 1)])
def test_a_python_without_tensorflow_is_a_problem(healthy, minor, n_problems):
    report.sys.version_info = (3, minor, 0, "final", 0)
    assert len(problems()) == n_problems
    assert all("Python must be" in message for message in problems())


def test_too_little_free_memory_is_a_problem(healthy, monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=3.9 * GIB, total=64 * GIB))
    assert len(problems()) == 1 and "Less than 4 GiB" in problems()[0]


def test_several_problems_are_all_listed(healthy):
    healthy["pandas"] = healthy["jupyterlab"] = None
    healthy["keras"] = "3.0.0"
    assert len(problems()) == 3


def test_tensorflow_counts_as_installed_under_either_of_its_names(monkeypatch):
    def version(name):
        if name == "tensorflow-cpu":
            return "2.21.0"
        raise report.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(report.metadata, "version", version)
    assert report._version("tensorflow") == "2.21.0"
    assert report._version("keras") is None


def test_the_same_seed_gives_the_same_numbers_and_another_seed_gives_others():
    def draw(seed):
        start.set_seed(seed)
        return random.random(), np.random.random()  # noqa: NPY002

    assert draw(1) == draw(1)
    assert draw(1)[0] != draw(2)[0] and draw(1)[1] != draw(2)[1]


def test_keras_is_seeded_when_it_is_there_and_not_imported_when_it_is_not(monkeypatch):
    seeds = []
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(utils=SimpleNamespace(set_random_seed=seeds.append)))
    start.set_seed(7)
    assert seeds == [7]
    monkeypatch.delitem(sys.modules, "keras")
    start.set_seed(7)
    assert "keras" not in sys.modules


def test_quiet_tensorflow_keeps_what_the_user_has_set(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(__version__="2.21.0"))
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    start.quiet_tensorflow()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
    assert os.environ["KERAS_BACKEND"] == "tensorflow"


@pytest.mark.parametrize("is_installed", [True, False])
def test_quiet_tensorflow_gives_stderr_back_and_hides_no_failed_import(monkeypatch, capfd, is_installed):
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(__version__="2.21.0") if is_installed else None)
    with contextlib.nullcontext() if is_installed else pytest.raises(ImportError):
        start.quiet_tensorflow()
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
