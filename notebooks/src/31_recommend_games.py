# %% [markdown]
# # Recommend games
#
# TODO: what this lesson is about, in two or three sentences that make somebody want to read it.

# %% [markdown]
# **What you will do**
#
# - **O1** compute TODO by hand, and implement it
# - **O2** diagnose TODO, and compare it with a baseline
#
# **What you need**: lesson 29, and about 20 minutes. The whole notebook runs in a few seconds.

# %%
import numpy as np

from recsys_helpers.exercises import check

# %% [markdown]
# ## 1. Three numbers first
#
# TODO: a section says what comes, runs it, looks, and reads the output in one sentence. Start with an example that can be
# checked by hand.

# %%
ratings = np.array([3.0, 4.0, 5.0])
print(f"mean: {ratings.mean():.1f}")

# %% [markdown]
# ### Exercise 31.1 · predict (O1)
#
# TODO: a guess before a run. What is the mean of the three ratings if the last one is left out?

# %%
guess = ...
### BEGIN SOLUTION
guess = 3.5
### END SOLUTION

# %%
check("31.1", guess)

# %% [markdown]
# ### Exercise 31.2 · trace (O1)
#
# TODO: something to compute by hand. How far is the largest of the three ratings above their mean?

# %%
answer = ...
### BEGIN SOLUTION
answer = 1.0
### END SOLUTION

# %%
check("31.2", answer)

# %% [markdown]
# ### Exercise 31.3 · code (O1)
#
# TODO: a small function. Return the mean of `values` without the index `left_out`.
#
# <details><summary>Hint 1</summary><code>np.delete</code> gives an array without one index.</details>
# <details><summary>Hint 2</summary>Take the mean of what is left.</details>


# %%
def mean_without(values, left_out):
    ### BEGIN SOLUTION
    return np.delete(values, left_out).mean()
    ### END SOLUTION


# %%
check("31.3", mean_without)

# %% [markdown]
# ### Exercise 31.4 · fill in (O2)
#
# TODO: a function with its last step missing. Return how much smaller the mean error of `model` is than that of
# `baseline`, both against `truth`.
#
# <details><summary>Hint 1</summary>The error of the model is computed like that of the baseline.</details>
# <details><summary>Hint 2</summary>Smaller is better: subtract the model's error from the baseline's.</details>


# %%
def gain(truth, model, baseline):
    baseline_error = np.abs(truth - baseline).mean()
    ### BEGIN SOLUTION
    return baseline_error - np.abs(truth - model).mean()
    ### END SOLUTION


# %%
check("31.4", gain)

# %% [markdown]
# ### Exercise 31.5 · find the bug (O2)
#
# TODO: a real mistake, with its source. The function should scale each row of `table` to a sum of 1; repair it.
#
# <details><summary>Hint 1</summary>Look at the sums of the rows of the result.</details>
# <details><summary>Hint 2</summary>Axis 1 sums over a row; <code>keepdims=True</code> keeps the shape for dividing.</details>


# %%
def shares(table):
    return table / table.sum(axis=0)


### BEGIN SOLUTION
def shares(table):  # noqa: F811
    return table / table.sum(axis=1, keepdims=True)
### END SOLUTION


# %%
check("31.5", shares)

# %% [markdown]
# ### Exercise 31.6 · choose (O2)
#
# TODO: a question whose wrong options are typical misunderstandings. A model beats the baseline for one of three users.
# What follows?
#
# - **a** the model is better
# - **b** nothing yet: three users are too few
# - **c** the baseline is better

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("31.6", answer)

# %% [markdown]
# ### Exercise 31.7 · trace (O2)
#
# TODO: one more to compute by hand. The table has the rows (1, 3) and (2, 2). What does `shares` give in the first row and
# the first column?

# %%
answer = ...
### BEGIN SOLUTION
answer = 0.25
### END SOLUTION

# %%
check("31.7", answer)

# %% [markdown]
# ## What you did
#
# - You computed and implemented TODO (**O1**).
# - You diagnosed TODO and compared it with a baseline (**O2**).

# %% [markdown] tags=["reading"]
# **Read on**
#
# - TODO: author: title. Venue, year, identifier
