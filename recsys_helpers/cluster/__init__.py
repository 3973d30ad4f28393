"""Training in several processes: Keras on JAX, started by Ray Train, kept in checkpoints. For lesson 20.

`network` examples and network, the same in every process · `worker` one worker · `checkpoints` whole or not there ·
`training` start, look after, report, by `ray_engine` or `plain_engine` · `ray_settings` what Ray reads from the
environment · `faults` one sentence for each. From the command line: `python -m recsys_helpers.cluster`. Beside the
training, `shards` cuts a table and `parts` reads a log in many files.

Everything is imported by name, so that a process that needs one part does not load the others.
"""
