# %% [markdown]
# # Outgrow one machine
#
# When one machine is too small, several must share the work, the model or the data. You distribute all three over real
# processes, check that they compute what a single process computes, and count the bytes that this costs.

# %% [markdown]
# **What you will do**
#
# - **O1** implement data-parallel gradients, and choose a learning rate for the larger batch
# - **O2** implement a ring all-reduce, and compute the bytes and the memory that a plan needs
# - **O3** compare training in two processes with training in one, and explain how it survives a crash
# - **O4** implement look-ups in a sharded embedding table, and diagnose an overloaded shard
# - **O5** compute statistics from a log that is stored in many files, and explain what needs a shuffle
#
# **What you need**: lessons 07 and 12, and about two hours. Two processes on this machine stand in for two machines.
# The whole notebook runs in about a minute and a half, mostly spent on starting processes.

# %%
import os
import tempfile
import time

import numpy as np
import pandas as pd

from recsys_helpers.cluster import parts
from recsys_helpers.cluster.shards import cut, film_pairs, gradient, mean_loss, trained
from recsys_helpers.data import IdMap, load_movielens, sequences, splits
from recsys_helpers.exercises import check
from recsys_helpers.notebook import claim, new_figure, show
from recsys_helpers.start import set_seed

set_seed(42)
ray = parts.quiet_ray()  # without telemetry, and closed to everybody else on the network
ratings, movies = load_movielens()
users, items = IdMap(ratings["user_id"]), IdMap(ratings["item_id"])
histories = sequences.histories(splits.split_last_share(ratings).train, users, items)

# %% [markdown]
# ## 1. Two processes, one model
#
# We train the simplest model that has an embedding table: one vector per film. The score of two films is their dot
# product. It should be high if somebody watched the second film right after the first (label 1), and low if the second
# film was drawn at random (label 0).

# %%
rng = np.random.default_rng(20)
pairs = left, right, label = film_pairs(histories[1:], items.n_rows, rng)
table = rng.normal(0, 0.1, (items.n_rows, 64)).astype(np.float32)
print(f"{len(left):,} pairs of films; the table has shape {table.shape}: {table.nbytes / 1e6:.1f} MB")

# %% [markdown]
# `gradient(table, left, right, label)` returns the gradient of the mean logistic loss, using the scatter-add of
# lesson 07.
#
# Two processes share the work. Each holds a copy of the table. For each batch of 256 pairs, each computes the gradient
# of *its half*; they exchange the two gradients, and both update their copies with the mean. This is [data
# parallelism](glossary.md#data-parallelism). [Ray](https://docs.ray.io) runs each object of a class with `@ray.remote`
# in a process of its own (an *actor*). `method.remote(...)` immediately returns a *future*, a placeholder for the
# result; `ray.get` waits for the value, and so does a call that receives a future.


# %%
@ray.remote
class Worker:
    def __init__(self, rank, table, pairs):
        self.rank, self.table, self.pairs = rank, table.copy(), pairs

    def gradient(self, rows):
        half = (rows.stop - rows.start) // 2
        mine = slice(rows.start + self.rank * half, rows.start + (self.rank + 1) * half)
        return gradient(self.table, *(column[mine] for column in self.pairs))

    def update(self, rate, *gradients):
        self.table -= rate * np.mean(gradients, axis=0)

    def copy(self):
        return self.table


# %% [markdown]
# ### Exercise 20.1 · predict (O2)
#
# Compared with one process, how fast do two processes train this model? Answer 2 for "twice as fast", 1 for "equally
# fast", 0.5 for "half as fast".

# %%
times_as_fast = ...
### BEGIN SOLUTION
times_as_fast = 0.05
### END SOLUTION

# %%
check("20.1", times_as_fast)

# %% tags=["open"]
parts.start_ray(n_cpus=2)  # takes about ten seconds
workers = [Worker.remote(rank, table, pairs) for rank in range(2)]
_ = ray.get([worker.copy.remote() for worker in workers])  # wait until both are there

# %% tags=["reveal", "nbval-ignore-output"]
batches = [slice(256 * step, 256 * (step + 1)) for step in range(100)]
began = time.perf_counter()
alone = trained(table, pairs, batches, rate=50)
in_between = time.perf_counter()
for rows in batches:
    gradients = [worker.gradient.remote(rows) for worker in workers]
    for worker in workers:
        worker.update.remote(50, *gradients)
together = ray.get([worker.copy.remote() for worker in workers])
seconds_alone, seconds_together = in_between - began, time.perf_counter() - in_between
print(f"one process {seconds_alone * 10:.2f} ms per step, two processes {seconds_together * 10:.2f} ms per step")
print(f"two are {seconds_alone / seconds_together:.2f} times as fast as one")

# %% tags=["reveal"]
claim("two processes need more than twice the time of one", seconds_together > 2 * seconds_alone)
claim("both copies of the table are equal, bit by bit", np.array_equal(*together))
claim("and equal to the table of one process up to rounding", np.abs(together[0] - alone).max() < 1e-3)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# Up to rounding, two processes compute the same table as one, but they take more than twice as long. A step takes one
# or two milliseconds, and sharing saves at most half of it. In return, two gradients of 2.3 MB are sent at every step.
# (Libraries made for this exchange, as in section 4, are faster than Ray, but they send the same bytes.) Count what
# must be exchanged before you expect a speed-up from a second machine.
#
# </details>

# %% [markdown] tags=["open"]
# ## 2. Half of the batch each
#
# First by hand: the four examples of a batch have the gradients 2, 4, 6 and 8 for one weight.

# %% tags=["open"]
print("whole batch:", np.mean([2, 4, 6, 8]))
print("2 + 2 examples:", np.mean([np.mean([2, 4]), np.mean([6, 8])]))
print("3 + 1 examples:", np.mean([np.mean([2, 4, 6]), np.mean([8])]))

# %% [markdown] tags=["open"]
# With equal halves, the mean of the two means is the mean of the whole batch. With unequal parts it is not: the single
# example of the second worker counts as much as the three of the first together.
#
# ### Exercise 20.2 · code (O1)
#
# `gradients[w]` is the mean gradient of worker w over its own `sizes[w]` examples; all gradients have the same shape.
# Return the mean gradient over all examples.
#
# <details><summary>Hint 1</summary>First turn each mean into a sum over the worker's examples.</details>
# <details><summary>Hint 2</summary>Sum <code>size * gradient</code> over the workers, and divide by the sum of the
# sizes.</details>


# %%
def combine(gradients, sizes):
    ### BEGIN SOLUTION
    total = sum(size * gradient for size, gradient in zip(sizes, gradients))
    return total / sum(sizes)
    ### END SOLUTION


# %%
check("20.2", combine)

# %% [markdown]
# The same mistake is common in **validation**: if some users are repeated to give all workers equally many, they count
# twice. Send sums and counts of distinct users, and divide once at the end.
#
# Usually, each worker keeps its batch of 256. Eight workers then have a **global batch** of 2,048, and an epoch takes
# an eighth of the steps.
#
# ### Exercise 20.3 · choose (O1)
#
# With batches of 256 and a learning rate of 50, one worker reduces the loss from 0.69 to about 0.46 in one epoch. Eight
# workers have a global batch of 2,048 and the same learning rate. What is their loss after one epoch?
#
# - **a** lower, because the gradient of a larger batch is more exact
# - **b** the same, because they have seen the same pairs
# - **c** hardly lower than at the start
# - **d** infinite, because the steps are too large

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("20.3", answer)


# %% tags=["open"]
def loss_after_epoch(batch_size, rate):
    steps = [slice(start, start + batch_size) for start in range(0, len(left), batch_size)]
    return mean_loss(trained(table, pairs, steps, rate), *pairs)


# %% tags=["reveal"]
losses = {}
print(f"before training: {mean_loss(table, *pairs):.2f}")
for size, rate in ((256, 50), (2048, 50), (2048, 400), (16384, 3200)):
    losses[size, rate] = loss_after_epoch(size, rate)
    print(f"batch {size:6,}, {-(-len(left) // size):3} steps, rate {rate:5,}: loss {losses[size, rate]:.2f}")

# %% tags=["reveal"]
claim("with the same rate, eight times the batch learns little", losses[2048, 50] > losses[256, 50] + 0.12)
claim("with eight times the rate it is level again", abs(losses[2048, 400] - losses[256, 50]) < 0.03)
claim("with 64 times the batch and the rate the loss is higher again", losses[16384, 3200] > losses[2048, 400] + 0.005)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# A step averages over its batch, so a larger batch makes a *more exact* step, not a *longer* one: with an eighth of the
# steps, the model moves only about an eighth as far. The **linear scaling rule** multiplies the learning rate by the
# same factor as the batch (Goyal et al., 2017), and the loss is back at 0.47. The rule has limits: large rates must be
# increased gradually (*warm-up*) and tuned. With the old rate, eight machines learn less per epoch than one.
#
# </details>

# %% [markdown] tags=["open"]
# ## 3. Add up in a ring
#
# How do n workers add up their gradients? If all of them send to one, its network connection carries all the traffic.
# An [all-reduce](glossary.md#all-reduce) leaves the sum on *every* worker, and the **ring all-reduce** spreads the
# traffic evenly: each worker cuts its gradient into n pieces and sends only to its neighbour. In the first half
# (*reduce-scatter*), each sends one piece per step (worker w starts with piece w), and the receiver adds it to its own.

# %% tags=["open"]
pieces = np.array([[1, 2, 3], [10, 20, 30], [100, 200, 300]])  # pieces[worker, piece]
for step in range(2):
    sent = [(worker, (worker - step) % 3, pieces[worker, (worker - step) % 3]) for worker in range(3)]
    for worker, piece, value in sent:
        pieces[(worker + 1) % 3, piece] += value
        print(f"step {step}: worker {worker} sends piece {piece} ({value:3}) to worker {(worker + 1) % 3}")
print(pieces)

# %% [markdown] tags=["open"]
# Each of the sums 111, 222 and 333 is complete on one worker: worker 0 holds piece 1, worker 1 piece 2, and worker 2
# piece 0. In the second half (*all-gather*), the complete pieces are passed around the ring, and the receiver
# *replaces* its own.
#
# ### Exercise 20.4 · fill in (O2)
#
# `pieces` has shape (n, n, size) and is indexed by `pieces[worker, piece]`. After the first half, worker w holds the
# complete piece (w + 1) mod n. Fill in the second half: at step s, worker w sends piece (w + 1 − s) mod n to worker
# (w + 1) mod n. In the array that you return, all workers hold the same pieces.
#
# <details><summary>Hint 1</summary>Collect what is sent before you write anything, as in the loop above.</details>
# <details><summary>Hint 2</summary>The receiver replaces:
# <code>pieces[(worker + 1) % n, (worker + 1 - step) % n] = sent[worker]</code>.</details>


# %%
def all_gather(pieces):
    pieces, n = pieces.copy(), len(pieces)
    for step in range(n - 1):
        sent = [pieces[worker, (worker + 1 - step) % n].copy() for worker in range(n)]
        ### BEGIN SOLUTION
        for worker in range(n):
            pieces[(worker + 1) % n, (worker + 1 - step) % n] = sent[worker]
        ### END SOLUTION
    return pieces


# %%
check("20.4", all_gather)

# %% [markdown]
# Each half has n − 1 steps, and in each step a worker sends 1/n of the gradient. Each worker therefore sends **2 (n
# − 1) / n times the size of the gradient** in total. No method that leaves the sum on every worker can send less
# (Patarasuk & Yuan, 2009).
#
# ### Exercise 20.5 · trace (O2)
#
# Eight workers compute the all-reduce of a gradient of 100 MB in a ring. How many MB does **each worker** send per
# training step?

# %%
megabytes_sent = ...
### BEGIN SOLUTION
megabytes_sent = 2 * 7 / 8 * 100
### END SOLUTION

# %%
check("20.5", megabytes_sent)

# %% [markdown]
# <details><summary>What this means</summary>
#
# However many workers there are, each sends less than twice the size of the gradient. The number of messages does grow,
# and each has to wait for the one before.
#
# </details>

# %% [markdown] tags=["open"]
# But most of what we send here is zeros: in the gradient of an embedding table, only the rows of the films in the batch
# are nonzero.

# %% tags=["open"]
touched = [len(np.unique([left[rows], right[rows]])) for rows in batches]
print(f"of {len(table):,} rows, a batch of 256 pairs touches {np.mean(touched):.0f}, at most {max(touched)}")
print(
    f"table {table.nbytes / 1e3:,.0f} kB, 512 rows {table[:512].nbytes / 1e3:.0f} kB: {len(table) / 512:.0f} times less"
)
print(f"with a hundred million rows: {100e6 / 512:,.0f} times less")

# %% [markdown] tags=["open"]
# A pair has two films, so no batch of 256 pairs touches more than 512 rows. A table of a hundred million rows may not
# even fit into the memory of one worker. Section 5 solves both problems.

# %% [markdown] tags=["open"]
# ## 4. A real training in two processes
#
# Now we train the GRU of lesson 11, in Keras on JAX. An engine starts and monitors the workers; JAX connects them and
# runs the all-reduce within each step. Each worker runs this function:

# %% tags=["open"]
import inspect
import signal

from recsys_helpers.cluster.training import train_in_processes
from recsys_helpers.cluster.worker import work

print(inspect.getsource(work))

# %% [markdown] tags=["open"]
# Every worker draws the same global batches in the same order and takes its own rows (`mine`). The initial weights are
# equal because the seed is; the updates are equal because the all-reduce gives all workers the same gradient. Only
# worker 0 writes [checkpoints](glossary.md#checkpoint) (`keep`); all workers read the newest at the start (`restore`).
#
# ### Exercise 20.6 · choose (O3)
#
# A process can die at any moment. Which of these may a checkpoint leave out, if the resumed training must end with
# *the same* weights as one that was never interrupted?
#
# - **a** the running means that Adam keeps
# - **b** the step number
# - **c** the gradients of the step just finished
# - **d** the weights

# %%
answer = ...
### BEGIN SOLUTION
answer = "c"
### END SOLUTION

# %%
check("20.6", answer)

# %% [markdown] tags=["open"]
# We train one epoch with one worker, and then with two. In the second run, soon after step 12, we kill worker 1 with a
# signal that no process can catch. A checkpoint is written every 10 steps. Both runs together take about half a minute,
# mostly for imports and compilation.

# %% tags=["open", "nbval-ignore-output"]
killed = []


def kill_one(step, n_steps, loss, pids):
    if step >= 12 and not killed:
        killed.append(step)
        os.kill(pids[1], getattr(signal, "SIGKILL", signal.SIGTERM))


with tempfile.TemporaryDirectory() as first_folder, tempfile.TemporaryDirectory() as second_folder:
    one = train_in_processes(first_folder, workers=1, epochs=1, engine="processes")
    two = train_in_processes(second_folder, workers=2, epochs=1, engine="processes", watch=kill_one)

# %% tags=["reveal", "nbval-ignore-output"]
farthest = max(np.abs(a - b).max() for a, b in zip(one.weights, two.weights))
print(f"{len(two.losses)} steps; killed after step {killed[0]}, resumed from the checkpoint of step {two.resumed_from}")
print(f"digests of the two workers: {two.digests[0][:12]}, {two.digests[1][:12]}")
print(
    f"last loss {one.losses[-1]:.3f} with one, {two.losses[-1]:.3f} with two; weights differ by at most {farthest:.0e}"
)

# %% tags=["reveal"]
claim("both workers hold the same weights, bit by bit", two.digests[0] == two.digests[1])
claim("worker 1 was killed, and both resumed from a checkpoint", bool(killed) and (two.resumed_from or 0) >= 10)
claim("the losses are those of one worker to 0.001", np.allclose(one.losses, two.losses, atol=1e-3))

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# When worker 1 died, worker 0 could not continue alone, because an all-reduce waits for all workers. The engine
# restarted both from the newest checkpoint. Still, the losses are those of the uninterrupted worker: a checkpoint
# contains the weights, Adam's means, the state of the random numbers, and the step, which determines the order of the
# data. Two workers and one differ only by rounding: (a + b) + (c + d) rounds differently from ((a + b) + c) + d.
#
# </details>

# %% [markdown] tags=["open"]
# `make cluster` runs the same from the command line with **Ray Train** (`engine="ray"`), which can use many machines.
# Stop it with Ctrl-C and run it again: it continues from its checkpoint.

# %% [markdown]
# ## 5. Share the table
#
# A table that does not fit on one machine is split into **shards**: each machine holds some of the rows
# ([sharding](glossary.md#sharding)). In the simplest scheme with n shards, row `id` belongs to shard `id % n`, at
# position `id // n`. Six rows on two shards:

# %%
small = np.arange(6)[:, None] * [1, 10]
shards = [small[0::2], small[1::2]]
print("shard 0 holds rows 0, 2, 4:", shards[0].tolist(), " shard 1 holds rows 1, 3, 5:", shards[1].tolist())

# %% [markdown]
# ### Exercise 20.7 · code (O4)
#
# `shards` is a list of arrays; `shards[k]` holds the rows with `id % n == k`, where n is the number of shards. `ids`
# has shape (m,); it can contain repetitions and be in any order. Return the rows of these ids, shape (m, dim), in the
# order of `ids`.
#
# <details><summary>Hint 1</summary>Which positions of <code>ids</code> belong to each shard? Write the rows of the
# shard into these positions of the result.</details>
# <details><summary>Hint 2</summary><code>mine = ids % n == k</code>, then
# <code>result[mine] = shards[k][ids[mine] // n]</code>.</details>


# %%
def look_up(shards, ids):
    ### BEGIN SOLUTION
    n = len(shards)
    result = np.empty((len(ids), shards[0].shape[1]))
    for k in range(n):
        mine = ids % n == k
        result[mine] = shards[k][ids[mine] // n]
    return result
    ### END SOLUTION


# %%
check("20.7", look_up)

# %% [markdown]
# Training with shards needs three exchanges between all workers ([all-to-all](glossary.md#all-to-all)):
#
# 1. each worker requests the rows for its half of the batch from their owners, each row once;
# 2. the owners send the rows, and the worker computes their gradients;
# 3. the workers send the gradients back to the owners, which add up those of the same row.
#
# Here, a loop simulates the workers in turn. `gradient` now receives a small table, and positions in it instead of film
# numbers.


# %%
from recsys_helpers.cluster.shards import look_up as look_up_rows  # the solution of exercise 20.7


def sharded_gradient(shards, halves):
    n, n_bytes = len(shards), 0
    result = [np.zeros_like(shard) for shard in shards]
    for worker, (left, right, label) in enumerate(halves):
        ids = np.unique([left, right])  # 1
        rows = look_up_rows(shards, ids)  # 2
        mine = gradient(rows, np.searchsorted(ids, left), np.searchsorted(ids, right), label) / n
        for owner in range(n):  # 3
            of_owner = ids % n == owner
            result[owner][ids[of_owner] // n] += mine[of_owner]
            if owner != worker:
                n_bytes += ids[of_owner].nbytes + rows[of_owner].nbytes + mine[of_owner].nbytes
    return result, n_bytes


# %%
table64 = table.astype(np.float64)  # 8 bytes per number: twice the size of before
whole = gradient(table64, *(column[:256] for column in pairs))
halves = [[column[half] for column in pairs] for half in (slice(0, 128), slice(128, 256))]
shard_gradients, n_bytes = sharded_gradient(cut(table64, 2), halves)
error = max(np.abs(mine - expected).max() for mine, expected in zip(shard_gradients, cut(whole, 2)))
print(f"largest difference from the unsharded gradient: {error:.0e}")
print(f"sent per worker {n_bytes / 2e3:.0f} kB; all-reduce of the whole gradient {whole.nbytes / 1e3:,.0f} kB")

# %%
claim("the gradient of the shards is the unsharded one to 1e-12", error < 1e-12)
claim("sharding sends less than a twentieth of the all-reduce", n_bytes / 2 < whole.nbytes / 20)

# %% [markdown]
# The gradients are equal, with half of the table on each machine and a fraction of the traffic. Real systems shard the
# tables and keep the small dense layers data-parallel (Naumov et al., 2019).
#
# But *which* rows should share a machine? Suppose that each of four machines holds a quarter of the films, in the order
# of the film numbers.
#
# ### Exercise 20.8 · predict (O4)
#
# What percentage of the look-ups does machine 0 answer if every rating of the training set is one look-up?

# %%
percent_of_machine_0 = ...
### BEGIN SOLUTION
percent_of_machine_0 = 59
### END SOLUTION

# %%
check("20.8", percent_of_machine_0)

# %% tags=["reveal"]
look_ups = np.bincount(np.concatenate(histories), minlength=items.n_rows)[1:]
film = np.arange(len(look_ups))
share = {"by number": film * 4 // len(film), "id mod 4": film % 4}
share = {rule: np.bincount(owner, look_ups) / look_ups.sum() for rule, owner in share.items()}
for rule, busy in share.items():
    print(f"{rule:10} {np.array2string(busy, precision=3)}; busiest against mean: {busy.max() * 4:.2f}")

# %% tags=["reveal"]
claim("by number, machine 0 answers more than half", share["by number"][0] > 0.5)
claim("by id mod 4, none answers more than 28 %", share["id mod 4"].max() < 0.28)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# Film numbers grow with time, so old, famous films have small ones. All shards hold equally many *rows*, but the *work*
# follows popularity. Every step waits for the slowest worker (the *straggler*), so four machines split by number do
# less than the work of two. `id % n` spreads the famous films, and a hash does so whatever the ids mean. If a single
# item received a tenth of all look-ups, no rule would help; every worker would then keep a copy of that row.
#
# </details>

# %% [markdown] tags=["open"]
# ## 6. Shards in real processes (optional)
#
# Each process is a worker for its half of the batch *and* the owner of a shard. Three methods, which return one array
# for each process, carry out the three exchanges, and a fourth one updates the shard.


# %% tags=["open"]
@ray.remote
class ShardWorker:
    def __init__(self, rank, n, table, pairs):
        self.rank, self.n, self.pairs = rank, n, pairs
        self.shard = table[rank::n].copy()  # all that this process keeps

    @ray.method(num_returns=2)
    def ask(self, rows):  # 1: the ids that I need, one array per owner
        half = (rows.stop - rows.start) // self.n
        mine = slice(rows.start + self.rank * half, rows.start + (self.rank + 1) * half)
        self.batch = [column[mine] for column in self.pairs]
        self.ids = np.unique(self.batch[:2])
        return [self.ids[self.ids % self.n == owner] for owner in range(self.n)]

    @ray.method(num_returns=2)
    def look_up(self, *asked):  # 2, as an owner: the rows, one array per worker
        return [self.shard[ids // self.n] for ids in asked]

    @ray.method(num_returns=2)
    def backward(self, *answers):  # 2, as a worker: the gradients, one array per owner
        small = np.empty((len(self.ids), self.shard.shape[1]))
        for owner, rows in enumerate(answers):
            small[self.ids % self.n == owner] = rows
        left, right = (np.searchsorted(self.ids, ids) for ids in self.batch[:2])
        result = gradient(small, left, right, self.batch[2]) / self.n  # the mean over all workers
        return [result[self.ids % self.n == owner] for owner in range(self.n)]

    def update(self, rate, *received):  # 3: ids of all workers, then their gradients
        for ids, gradients in zip(received[: self.n], received[self.n :]):
            self.shard[ids // self.n] -= rate * gradients

    def copy(self):
        return self.shard


# %% [markdown] tags=["open"]
# During a step, only futures pass through the notebook. `zip(*asked)` regroups the requests by worker into requests by
# owner.


# %% tags=["open"]
def sharded_step(shards, rows, rate):
    asked = [worker.ask.remote(rows) for worker in shards]  # asked[worker][owner]
    answers = [owner.look_up.remote(*ids) for owner, ids in zip(shards, zip(*asked))]  # answers[owner][worker]
    gradients = [worker.backward.remote(*got) for worker, got in zip(shards, zip(*answers))]  # [worker][owner]
    for owner, ids, got in zip(shards, zip(*asked), zip(*gradients)):
        owner.update.remote(rate, *ids, *got)
    return asked, answers, gradients


def whole_table(shards):
    result = np.empty_like(table64)
    for rank, shard in enumerate(shards):
        result[rank :: len(shards)] = ray.get(shard.copy.remote())
    return result


# %% tags=["open"]
sharded = [ShardWorker.remote(rank, 2, table64, pairs) for rank in range(2)]
asked, answers, gradients = (
    [[ray.get(one) for one in row] for row in sent] for sent in sharded_step(sharded, batches[0], rate=50)
)
step_alone = trained(table64, pairs, batches[:1], rate=50)
print(f"largest difference after one step: {np.abs(whole_table(sharded) - step_alone).max():.0e}")
for rows in batches[1:]:
    sharded_step(sharded, rows, rate=50)
difference = np.abs(whole_table(sharded) - trained(table64, pairs, batches, rate=50)).max()
print(f"after {len(batches)} steps: {difference:.0e}")

# %% tags=["open"]
claim("the sharded update is the unsharded one to 1e-12, after one step and after all", difference < 1e-12)

# %% [markdown] tags=["open"]
# The updates are equal to 1e-12, and each process held only half of the table. What did worker 0 send to worker 1 in
# the first step?

# %% tags=["open"]
sent = {"ids": asked[0][1], "rows": answers[0][1], "gradients": gradients[0][1]}
for name, array in sent.items():
    print(f"{name:9} {array.shape!s:10} {array.nbytes / 1e3:5.1f} kB")
n_bytes = sum(array.nbytes for array in sent.values())
print(f"together {n_bytes / 1e3:.0f} kB; all-reduce of the whole table {table64.nbytes / 1e3:,.0f} kB", end=": ")
print(f"{table64.nbytes / n_bytes:.0f} times as much")

# %% tags=["open"]
claim("sharding sends less than a twentieth of the all-reduce", n_bytes < table64.nbytes / 20)

# %% [markdown] tags=["open"]
# ## 7. Prepare data that lie in many files
#
# A large log arrives in parts, such as one file per week. We generate a **synthetic** one, with a million interactions
# of 20,000 users in eight weekly Parquet files.

# %% tags=["open"]
folder = tempfile.TemporaryDirectory()
paths = parts.write_log(folder.name, n_rows=1_000_000, n_parts=8, n_users=20_000)
week = pd.read_parquet(paths[0])
in_arrays, as_objects = week.memory_usage(index=False).sum() / len(week), 64 + 3 * 28  # bytes per row; tuples of 3 ints
print(f"20,000,000 rows: {20 * in_arrays:.0f} MB in arrays, {20 * as_objects / 1e3:.1f} GB as a list of Python tuples")
week.head(3)

# %% [markdown] tags=["open"]
# Twenty million rows do not need a second machine, as long as they are stored in arrays. Billions do, and then each
# machine reads *some* of the files. **Counts** can be computed in this way: count each part where it is read, and add
# up. [Ray Data](https://docs.ray.io/en/latest/data/data.html) applies a function to batches of rows in parallel.


# %% tags=["open"]
def count_items(batch):
    item_id, n = np.unique(batch["item_id"], return_counts=True)
    return {"item_id": item_id, "n": n}


# %% tags=["open"]
popularity = np.zeros(9_067, int)  # some seconds, most of them for new processes
for batch in ray.data.read_parquet(folder.name).map_batches(count_items, batch_size=None).iter_batches(batch_size=None):
    np.add.at(popularity, batch["item_id"], batch["n"])
in_one = pd.concat([pd.read_parquet(path) for path in paths])

# %% tags=["open"]
claim("Ray Data and pandas count the same", (popularity == np.bincount(in_one["item_id"], minlength=9_067)).all())

# %% [markdown]
# ### Exercise 20.9 · find the bug (O5)
#
# How many *different users* watched each film? `files` is a list of arrays of shape (rows, 2), with user and film in
# each row. The function should return an array of length `n_films`. It is correct for one file, but for several files
# its numbers are too high. Fix it.
#
# <details><summary>Hint 1</summary>Somebody may watch the same film in two different weeks.</details>
# <details><summary>Hint 2</summary>Keep the distinct pairs of each file, concatenate them, and make the pairs distinct
# <b>again</b> before you count.</details>


# %%
def n_viewers(files, n_films):
    total = np.zeros(n_films, int)
    for rows in files:
        pairs = np.unique(rows, axis=0)
        total += np.bincount(pairs[:, 1], minlength=n_films)
    return total


### BEGIN SOLUTION
def n_viewers(files, n_films):  # noqa: F811
    pairs = np.unique(np.concatenate([np.unique(rows, axis=0) for rows in files]), axis=0)
    return np.bincount(pairs[:, 1], minlength=n_films)


### END SOLUTION

# %%
check("20.9", n_viewers)

# %% [markdown]
# Sums, counts and maxima can be merged from parts; so can a mean, from sums and counts. Distinct counts and medians
# cannot: the rows that belong together must first be brought together. The same holds for the **history** of a user,
# whose rows are spread over all eight files. Bringing them together is called a [shuffle](glossary.md#shuffle). It is
# the expensive operation of every data engine, because nearly every row moves to another machine.

# %% [markdown]
# ### Exercise 20.10 · put in order (O5)
#
# Collect the last 50 films of every user from weekly files. Put the steps in order; one of them does not belong.
#
# - **A** split the file's rows into buckets by `user_id % n`
# - **B** start one worker for each file, which reads it
# - **C** start one worker for each bucket, which gathers its pieces from all files
# - **D** sort the bucket's rows by user and time
# - **E** keep the last 50 rows of each user
# - **F** split the file's rows into buckets by `timestamp % n`

# %%
answer = ...
### BEGIN SOLUTION
answer = "BACDE"
### END SOLUTION

# %%
check("20.10", answer)

# %% [markdown]
# <details><summary>Why in this order</summary>
#
# Reading, splitting and gathering make up the shuffle. After that, each bucket holds complete users and is processed
# independently, as in section 8. Rows with the same timestamp need a tie-breaking rule, or the result depends on which
# file arrives first. And if each worker draws random negatives, each needs a **seed of its own**: with a single seed,
# all buckets get the same negatives.
#
# </details>

# %% [markdown] tags=["open"]
# ## 8. A shuffle in real processes (optional)
#
# We use one task for each file and one for each bucket. `zip(*pieces)` is the shuffle: it regroups pieces by file into
# pieces by bucket.


# %% tags=["open"]
@ray.remote(num_returns=4)
def split(path):
    rows = pd.read_parquet(path)
    return [rows[rows["user_id"] % 4 == bucket] for bucket in range(4)]


@ray.remote
def last_films(*pieces):
    rows = pd.concat(pieces).sort_values(["user_id", "timestamp", "item_id"])
    return rows.groupby("user_id").tail(50).groupby("user_id")["item_id"].agg(list)


# %% tags=["open"]
pieces = [split.remote(path) for path in paths]  # pieces[file][bucket]
gathered = ray.get([last_films.remote(*bucket) for bucket in zip(*pieces)])
made = pd.concat(gathered).sort_index()
expected = in_one.sort_values(["user_id", "timestamp", "item_id"]).groupby("user_id").tail(50)
expected = expected.groupby("user_id")["item_id"].agg(list)
print(f"{len(made):,} histories from {len(paths)} files through 4 buckets")

# %% tags=["open"]
claim("the histories from the parts are those of pandas on the whole log", made.equals(expected))

# %% [markdown] tags=["open"]
# In Ray Data, the same operation is `groupby("bucket").map_groups(...)`. One command runs it on twenty million rows and
# compares a sample with pandas. On two busy cores, it printed:
#
# ```
# $ python -m recsys_helpers.cluster.parts --rows 20_000_000
# 20,000,000 rows written in 40 parts, 195 MB: 3 s, peak so far 0.22 GB
# Ray started: 9 s, peak so far 0.80 GB
# counted: 20,000,000 rows, 9,066 items: 14 s, peak so far 1.71 GB
# histories and negatives written: 61 s, peak so far 2.93 GB
# 200,000 users; 50 of them compared with pandas: equal: 2 s, peak so far 2.93 GB
# ```
#
# Most of the memory is used by the engine itself. An engine is worth its cost when the log no longer fits on one
# machine, not before.

# %% [markdown] tags=["open"]
# ## 9. A hundred million users on one page
#
# Before you rent machines, calculate what you need. Suppose that there are 100 million users, 10 million items, vectors
# of 64 numbers of 4 bytes each, and Adam, which stores two more numbers for each weight.
#
# ### Exercise 20.11 · trace (O2)
#
# How many GB (10⁹ bytes) do the two embedding tables need during training, with Adam?

# %%
gigabytes = ...
### BEGIN SOLUTION
gigabytes = (100e6 + 10e6) * 64 * 4 * 3 / 1e9
### END SOLUTION

# %%
check("20.11", gigabytes)

# %% tags=["reveal"]
n_users, n_items, dim = 100e6, 10e6, 64
gigabytes = {
    "both tables with Adam, to train": (n_users + n_items) * dim * 4 * 3,
    "log of a year, 10 interactions a day, 12 bytes": n_users * 3_650 * 12,
    "EASE: items × items": n_items**2 * 4,
}
plan = pd.DataFrame({"GB": gigabytes}) / 1e9
plan["machines with 48 GB free"] = np.ceil(plan["GB"] / 48).astype(int)
print(f"48 GB hold EASE's matrix for {(48e9 / 4) ** 0.5:,.0f} items")
plan.round(1)

# %% tags=["reveal"]
claim("EASE breaks first: its matrix grows with the square of the items", plan["GB"].idxmax().startswith("EASE"))
claim("the tables need two machines, the log can be read in parts", plan.iloc[0, 1] == 2)

# %% [markdown]
# <details><summary>What the output shows</summary>
#
# What grows fastest reaches the limit first. EASE needs the *square* of the number of items: 400,000 GB here; the 48 GB
# that we assume to be free are full at 109,545 items. The tables come next: 84.5 GB, two machines. The log is larger,
# but it is read in parts.
#
# </details>

# %% [markdown] tags=["open"]
# Which engine suits which part?
#
# | Part | How it is distributed | Engines |
# | log, histories, features | files, then a shuffle | Ray Data, Spark |
# | dense layers | data parallel, all-reduce | Keras on JAX, PyTorch DDP, both under Ray Train |
# | embedding tables | shards, all-to-all | TorchRec; `keras_rs` on TPUs (not installed here) |
# | serving | replicas behind a proxy | lesson 23, Ray Serve, Kubernetes |
#
# Use a larger machine as long as one exists, sample before you distribute, and distribute only the part that does not
# fit.

# %% [markdown] tags=["open"]
# ## 10. A simulated scaling curve (optional)
#
# **This section is simulated.** From a measured time per pair, we compute how long a step would take on n machines. The
# work of a batch is divided by n. A ring all-reduce sends 2 (n − 1) messages one after the other, each with a latency,
# and 2 (n − 1) / n times the size of the gradient. We assume a network with 25 Gbit/s and 50 µs per message.
#
# We start with the plan of section 9, with its 10 interactions per user and day. How long do the exchanges and the
# arithmetic of one day take on 16 machines with 16 cores each, and how long would an all-reduce of the gradients of
# both tables take?

# %% tags=["open"]
network = 3.1e9  # bytes per second: 25 Gbit/s, an assumption
pairs_a_day = 2 * 10 * n_users  # with one negative for each interaction
for what, seconds in {
    "all-reduce of both gradients, every step": 2 * (n_users + n_items) * dim * 4 / network,
    "rows and gradients of one day, 16 machines": pairs_a_day * 2 * 2 * dim * 4 / 16 / network,
    "arithmetic of one day at 2 µs per pair and core, 16 machines × 16 cores": pairs_a_day * 2e-6 / 256,
}.items():
    print(f"{what}: {seconds:.0f} s")

# %% [markdown] tags=["open"]
# With shards, the exchanges of a day take 41 s and its arithmetic takes 16 s. An all-reduce of the whole gradient would
# take 18 s at *every step*.
#
# What does a day cost? Prices change, so we count the hours of machines with 16 cores, and you enter what you pay for
# one hour. For the preparation, we scale up the 75 s of section 8 for 20 million rows on two cores. For serving, we
# assume five lists per user and day, three times the mean load at the busiest hour, and 500 answers per second and
# core:

# %% tags=["open"]
price = 1.0  # for one hour of one machine, in your currency: put in what you pay
busiest = 3 * 5 * n_users / 86_400  # requests per second
hours = {
    "prepare the log of the day": 10 * n_users / 20e6 * 75 * 2 / 16 / 3600,
    "train: exchanges and arithmetic, 16 machines": 16 * (41 + 16) / 3600,
    "serve, machines for the busiest hour all day": 24 * np.ceil(busiest / 500 / 16),
}
print(f"{busiest:,.0f} requests per second at the busiest hour")
costs = pd.DataFrame({"machine-hours per day": hours})
costs["price per day"] = price * costs["machine-hours per day"]
costs.round(2)

# %% tags=["open"]
prepare, train, serve = hours.values()
claim("simulated: serving costs a hundred times as much as the rest together", serve > 100 * (prepare + train))

# %% [markdown] tags=["open"]
# Under these assumptions, serving takes 72 machine-hours a day and everything else less than one: training uses each interaction
# once, while users request 500 million lists. So reduce the time per answer before you try to save on training. A much
# larger network would increase both.
#
# Next, we compute the speed-up of one step for the small model of section 1. The work per pair is measured here.

# %% tags=["open", "nbval-ignore-output"]
began = time.perf_counter()
for _ in range(20):
    gradient(table, left[:4096], right[:4096], label[:4096])
per_pair = (time.perf_counter() - began) / 20 / 4096
n_machines = np.array([1, 2, 4, 8, 16, 32, 64, 128])


def speed_up(batch_size, n_bytes):
    exchange = 2 * (n_machines - 1) * 50e-6 + 2 * (n_machines - 1) / n_machines * n_bytes / network
    return batch_size * per_pair / (batch_size * per_pair / n_machines + exchange)


curves = {
    "batch 256": speed_up(256, table.nbytes),
    "batch 65,536": speed_up(65_536, table.nbytes),
    "batch 65,536, 100 times the work": speed_up(65_536 * 100, table.nbytes),
}
print(f"measured: {per_pair * 1e6:.1f} µs per pair; simulated speed-up on {n_machines.tolist()} machines:")
for name, curve in curves.items():
    print(f"{name:33} {np.array2string(curve, precision=2, floatmode='fixed')}")

# %% tags=["open", "nbval-ignore-output"]
figure, axes = new_figure(6, 3)
styles = zip(curves.items(), ("#D55E00", "#0072B2", "#009E73"), "osD")
for (name, curve), colour, marker in styles:
    axes.plot(n_machines, curve, color=colour, marker=marker, label=name)
axes.plot(n_machines, n_machines, color="#888888", linestyle=":", marker="", label="ideal")
axes.set(xscale="log", yscale="log", ylim=(0.01, 10_000), title="Simulated, not measured")
axes.set(xlabel="machines", ylabel="simulated speed-up")
axes.legend(fontsize=8, loc="upper left")
show(
    figure,
    alt="Simulated speed-up against the number of machines, both on log axes. A batch of 256 only becomes slower. A "
    "batch of 65,536 rises to some tens of machines and falls again. With 100 times the work the curve stays near the "
    "ideal dotted line for longest.",
)

# %% tags=["open"]
claim("simulated: with a batch of 256, more machines are slower", curves["batch 256"][1:].max() < 1)
claim("simulated: with a large batch the curve rises and falls again", 0 < curves["batch 65,536"].argmax() < 7)

# %% [markdown] tags=["open"]
# With little work per step, more machines make the step slower. With more work, the speed-up rises until the messages
# cost more than the additional machines save. A speed-up curve without its batch size says nothing. And a larger batch
# needs the learning rate of section 2: the curve shows how fast the steps are, not how much the model learns from them.

# %% [markdown] tags=["open"]
# ## 11. Serve from several processes (optional)
#
# Serving is the part that is easiest to distribute, because requests do not depend on each other. Every **replica**
# holds the whole model. A *proxy* passes each request to the next replica in turn (round robin), and to another one if
# that fails. We start two replicas with version 1 of EASE, kill one of them after 100 requests, and then replace the
# replicas one by one with version 2.


# %% tags=["open"]
@ray.remote
class Replica:
    def __init__(self, scores, version):
        self.scores, self.version = scores, version

    def recommend(self, user):
        return self.version, np.argsort(-self.scores[user])[:10]


class Proxy:
    def __init__(self, replicas):
        self.replicas, self.turn, self.retried = replicas, 0, 0

    def recommend(self, user):
        for _ in range(len(self.replicas)):
            self.turn += 1
            try:
                return ray.get(self.replicas[self.turn % len(self.replicas)].recommend.remote(user))
            except ray.exceptions.RayActorError:  # this replica is dead: ask the next one
                self.retried += 1
        raise RuntimeError("no replica answers")


# %% tags=["open", "nbval-ignore-output"]
from recsys_helpers.data import to_matrix
from recsys_helpers.models.fast_ease import ease_scores

began = time.perf_counter()
scores = ease_scores(to_matrix(splits.split_last_share(ratings).train, users, items), 100)[:100].astype(np.float32)
print(f"EASE on all the training data, one process: {time.perf_counter() - began:.1f} s")
proxy = Proxy([Replica.remote(scores, version=1) for _ in range(2)])
answers, seconds = [], []
for request in range(400):
    if request == 100:
        ray.kill(proxy.replicas[0])
    if request in (200, 300):  # start the new one, wait until it answers, then let it replace an old one
        new = Replica.remote(scores, version=2)
        ray.get(new.recommend.remote(1))
        proxy.replicas[request // 100 - 2] = new
    began = time.perf_counter()
    answers.append(proxy.recommend(request % 99 + 1))
    seconds.append(time.perf_counter() - began)
median, p99 = np.quantile(seconds, [0.5, 0.99]) * 1e3
print(f"median {median:.1f} ms, p99 {p99:.1f} ms; {proxy.retried} requests went to a second replica")

# %% tags=["open"]
versions = np.array([version for version, _ in answers])
print("answers of version 1 and 2:", np.bincount(versions)[1:])
claim("no request failed, although a replica was killed and all were replaced", len(answers) == 400)
claim("the last hundred requests were answered by version 2", (versions[-100:] == 2).all())
ray.shutdown()  # all processes end
folder.cleanup()

# %% [markdown] tags=["open"]
# No request failed, because each new replica answered *before* an old one was taken out, and because a request for
# recommendations can be sent twice without harm. An event such as "liked" cannot: it needs an id, so that it counts
# only once.
#
# The folder `deploy/` does all this with nginx and several processes of lesson 23's service. How much does a second
# process bring? `tests/bench/bench_replicas.py` asked one and two of them in turns, with wrk, on two idle cores that
# wrk and nginx shared:
#
# ```
# 32 connections
#   one service behind nginx     goodput   1147/s  p50   27.1  p99   34.3 ms
#   two services behind nginx    goodput   2013/s  p50   15.5  p99   28.5 ms
#   two against one behind nginx: 1.76 times the goodput
# roll-out under load: every replica after 2.0 s; 7,435 answers, 0 degraded, 0 failed, no socket errors
# ```
#
# With 2 connections the second process brought only a third more: two requests at a time do not fill it.

# %% [markdown]
# ## What you did
#
# - You combined the gradients of unequal workers, and saw why a larger batch needs a larger learning rate (**O1**).
# - You implemented the second half of a ring all-reduce, and computed bytes and memory (**O2**).
# - You trained in two processes, compared the weights, and resumed after a crash (**O3**).
# - You implemented look-ups in shards, and saw popularity overload one of them (**O4**).
# - You repaired a distinct count over files, and put the steps of a shuffle in order (**O5**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - P. Goyal et al.: Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour. 2017, arXiv 1706.02677
# - P. Patarasuk, X. Yuan: Bandwidth Optimal All-reduce Algorithms for Clusters of Workstations. Journal of Parallel and
#   Distributed Computing 69 (2), 2009, doi 10.1016/j.jpdc.2008.09.002
# - P. Moritz et al.: Ray: A Distributed Framework for Emerging AI Applications. OSDI 2018, arXiv 1712.05889
# - M. Naumov et al.: Deep Learning Recommendation Model for Personalization and Recommendation Systems. 2019, arXiv
#   1906.00091: tables sharded, dense layers data-parallel
# - J. Dean, S. Ghemawat: MapReduce: Simplified Data Processing on Large Clusters. OSDI 2004: where the shuffle comes from
