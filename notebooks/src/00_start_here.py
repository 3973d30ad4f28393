# %% [markdown]
# # Start here
#
# Pick five films, get ten recommendations, and see why you got each of them. Then check your machine, learn how the
# exercises work, and see where the course leads.

# %% [markdown]
# **What you will do**
#
# - **O1** compute a first recommendation for yourself, from real data, and name the reason for each film
# - **O2** check your machine and fix what is wrong
# - **O3** solve an exercise and look up your progress
#
# **What you need**: Python and 40 minutes. Run a cell with Shift + Enter, or all of them with *Run → Run All Cells*. The
# whole notebook runs in about 15 seconds.

# %%
import numpy as np
import pandas as pd

from recsys_helpers.data import IdMap, load_movielens, to_matrix
from recsys_helpers.exercises import check, progress
from recsys_helpers.models import baselines
from recsys_helpers.notebook import environment_report

ratings, movies = load_movielens()

# %% [markdown]
# ## 1. Your ten films
#
# A recommender learns from other people. In our data set, MovieLens, 671 people rated 9,066 films between 1995 and 2016.
# Each film has a number, its `item_id`. The next cell searches for films by part of their title and lists those with the
# most ratings first.

# %%
n_ratings = ratings["item_id"].value_counts()


def find(text):
    found = movies[movies["title"].str.contains(text, case=False, regex=False, na=False)]
    found = found.assign(ratings=found["item_id"].map(n_ratings)).sort_values("ratings", ascending=False)
    print(f"{len(found)} films with {text!r} in their title" + ("; the first 8:" if len(found) > 8 else ""))
    return found.head(8)


find("matrix")

# %% [markdown]
# The search finds *The Matrix* under the number 2571. **Your turn**: search for films you love with `find("…")`. One word
# is enough. Leave out *the* and *a*, because MovieLens puts them at the end of a title: "Godfather, The". Then replace the
# five example numbers below with those of your films.

# %%
my_films = [2571, 4993, 5618, 1, 6711]
unknown = sorted(set(my_films) - set(movies["item_id"]))
my_films = [film for film in my_films if film not in unknown]
print("not in the data, so left out:", unknown or "none")
movies[movies["item_id"].isin(my_films)]

# %% [markdown]
# Our recommender is called EASE, and you will build it yourself in lesson 04. It looks only at who rated what and ignores
# the stars. For every pair of films it computes a *weight*, which says how strongly a rating of one film speaks for a
# rating of the other; a negative weight speaks against it. `IdMap` numbers users and films, starting at 1; lesson 03
# explains why.

# %%
users, items = IdMap(ratings["user_id"]), IdMap(movies["item_id"])
who_rated_what = to_matrix(ratings, users, items)  # one row per user, one column per film
weights = baselines.ease(who_rated_what)  # one row and one column per film
weights.shape  # one more than there are films: row 0 stays empty

# %% [markdown]
# Each of your films has a row in this table of weights. The score of any other film is the sum of its weights in your rows.
# A score has no unit; only the order of the scores matters.

# %%
my_rows = weights[items.to_idx(my_films)]  # (5, n_items + 1)
scores = my_rows.sum(axis=0)  # (n_items + 1,)
scores[items.to_idx(my_films)] = -np.inf  # hide what you know already
best = np.argsort(-scores)[:10]

# %% [markdown]
# The column **because you like** names which of your films has the largest weight for the recommended one:

# %%
titles = movies.set_index("item_id")["title"]
reasons = np.array(my_films)[my_rows[:, best].argmax(axis=0)]
recommended = pd.DataFrame(
    {
        "film": titles[items.to_id(best)].to_numpy(),
        "because you like": titles[reasons].to_numpy(),
        "score": scores[best].round(2),
    },
    index=pd.RangeIndex(1, 11, name="rank"),
)
recommended

# %% [markdown]
# For the five example films, the list starts with the other two parts of *The Lord of the Rings*. This is a complete
# recommender: **take interactions, compute scores, hide what is known, sort, show the first ten**. Everything in this
# course either improves one of these steps or measures whether it improved.
#
# Change `my_films` and run the cells again. What do you get for five films of one kind? And for five films that have
# nothing in common?

# %% [markdown]
# ## 2. Is your machine ready?
#
# The next cell reports the versions of Python and the packages, the free memory and the GPU. It starts TensorFlow, which
# takes a few seconds.

# %% tags=["nbval-ignore-output"]
facts, problems = environment_report()
for name, value in facts:
    print(f"{name:18} {value}")

# %% [markdown]
# If something is wrong, the next cell says how to fix it:

# %% tags=["nbval-ignore-output"]
print("\n".join(problems) or "Nothing to fix: this machine is ready.")

# %% [markdown]
# **On Colab**, *Runtime → Change runtime type* gives you a free GPU. **On a laptop**, close programs that use a lot of
# memory. **In a classroom without a network**, everything works, because all data comes with the course.

# %% [markdown]
# ## 3. How exercises work
#
# Replace the dots with your answer and run the cell. Then run the cell with `check`, which answers *not attempted yet*,
# *correct*, or *not yet* with a hint. An unanswered exercise never stops *Run All*. Click a hint to open it. The folder
# `solutions` holds a solved notebook for each lesson. Outputs that would give an answer away are folded; click the three
# dots to open them.
#
# ### Exercise 00.1 · trace (O1)
#
# Two of somebody's films speak for *Shrek* with weights 0.30 and 0.05. A third film speaks against it with −0.10. What
# score does *Shrek* get from the three films together?

# %%
answer = ...
### BEGIN SOLUTION
answer = 0.30 + 0.05 - 0.10
### END SOLUTION

# %%
check("00.1", answer)

# %% [markdown]
# ### Exercise 00.2 · code (O1)
#
# Write the last steps of the recommender yourself. Return the `k` indices with the highest scores, best first, and leave
# out the indices in the array `known`. There are always at least `k` other indices. Equal scores may come in any order. Do
# not change the input array `scores`.
#
# <details><summary>Hint 1</summary>Copy the scores first (<code>scores.copy()</code>), then give the known ones a score
# of <code>-np.inf</code>.</details>
# <details><summary>Hint 2</summary><code>np.argsort(-scores)</code> gives all indices, the highest score
# first.</details>


# %%
def recommend(scores, known, k):
    ### BEGIN SOLUTION
    scores = scores.copy()
    scores[known] = -np.inf
    return np.argsort(-scores)[:k]
    ### END SOLUTION


# %%
check("00.2", recommend)

# %% [markdown]
# ### Exercise 00.3 · choose (O2)
#
# On another computer, the report of section 2 says: `Python 3.10.4`, `memory free 9.1 GiB`, `keras 3.15.1`, `GPU none`.
# What must be fixed?
#
# - **a** the GPU: without one the course cannot be taken
# - **b** Python: the course needs 3.11, 3.12 or 3.13, so the environment must be made again with one of them
# - **c** the memory: it is too little
# - **d** nothing

# %%
answer = ...
### BEGIN SOLUTION
answer = "b"
### END SOLUTION

# %%
check("00.3", answer)

# %% [markdown]
# ### Your progress
#
# The course remembers your solved exercises in one small file, which never leaves your machine. Its map shows each of them
# as a full square. This command prints the map in a terminal:
# `python -c "from recsys_helpers.exercises import progress; progress()"`.
#
# ### Exercise 00.4 · predict (O3)
#
# Suppose you have solved all three exercises above. How many full squares will lesson 00 show once you have solved this
# one, too?

# %%
squares = ...
### BEGIN SOLUTION
squares = 4
### END SOLUTION

# %%
check("00.4", squares)

# %% tags=["reveal", "nbval-ignore-output"]
progress()

# %% [markdown]
# ## 4. The map
#
# <!-- parts:begin -->
#
# | Part | Lessons | The question it answers |
# |---|---|---|
# | Start | 00 | Does it run, and what is this about? |
# | What recommendation is | 01–04 | What goes wrong, what do the data say, how are they prepared, and how is a model measured? |
# | Neural networks from nothing | 05–07 | How does a network compute, how does it learn, and what is an embedding? |
# | Recommenders in Keras | 08–14 | Which networks recommend well: dense layers, losses for clicks, convolution, recurrence, attention? |
# | Evaluate and improve | 15–18 | How do you tune, combine and judge recommenders, and what do better data change? |
# | Scale | 19–21 | What do a GPU, more machines and smaller models change? |
# | Deploy | 22–24 | How does a model become a service that answers in milliseconds and survives a bad day? |
# | Interpret | 25–26 | Why this film, and how far can you trust the explanation? |
# | In the field | 27–31 | What is special about each field of application? |
# | Where to go next | 32–33 | What comes after this course, and can you do it without us? |
#
# <!-- parts:end -->

# %% [markdown]
# Each lesson lists the lessons it needs and what you will be able to do afterwards. It starts with numbers that are small
# enough to check by hand, then moves to real data. You can skip sections marked *(optional)*; they are not needed later.
# The [glossary](glossary.md) explains the terms, in English and Chinese.
#
# To undo your edits in a lesson, type `make lesson-reset N=04` or, without make, `python -m tools.reset 04`. Your version
# moves to the folder `my_copies`, the original takes its place, and your progress stays.

# %% [markdown]
# ## What you did
#
# - You computed ten recommendations from real data and saw a reason for each (**O1**).
# - You checked your machine (**O2**).
# - You solved exercises and found the map of your progress (**O3**).
#
# Next: a model that is always right, and why that should worry you.

# %% [markdown] tags=["reading"]
# **Read on**
#
# - F. M. Harper, J. A. Konstan: The MovieLens Datasets: History and Context. ACM TiiS 5(4), 2015, doi 10.1145/2827872
# - H. Steck: Embarrassingly Shallow Autoencoders for Sparse Data. WWW 2019, arXiv 1905.03375
