"""Training in several processes: Keras on JAX, started by Ray Train, kept in checkpoints. For lesson 20.

`network` examples and network, the same in every process · `worker` one worker · `checkpoints` whole or not there ·
`training` start, look after, report, by `ray_engine` or `plain_engine` · `faults` one sentence for each. From the
command line: `python -m recsys_helpers.cluster`.
"""

from recsys_helpers.cluster.faults import ClusterError
from recsys_helpers.cluster.training import Report, train_in_processes

__all__ = ["ClusterError", "Report", "train_in_processes"]
