"""What Ray reads from the environment when it is imported and started."""

import os
import secrets
import sys

SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is reported to its makers
    "RAY_CHDIR_TO_TRIAL_DIR": "0",  # workers stay in this folder
    "RAY_TRAIN_METRICS_ENABLED": "0",
    "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",  # no machine is taken away here: one process fewer to start
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # workers use this environment, not a new one
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # silences a note about GPUs
}


def prepare_ray() -> None:
    """Set what Ray reads from the environment; what is set already stays. Call it before `import ray`.

    Ray listens on every network of the machine. So a token is made that only this process and those it starts know;
    where Ray was imported before, it is too late for that.

    >>> prepare_ray()
    >>> os.environ["RAY_USAGE_STATS_ENABLED"]
    '0'
    """
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    if "ray" not in sys.modules and "RAY_AUTH_MODE" not in os.environ:
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(16)}
