"""The recommendation service: a bundle of files, an index, a ranker, a web application. Start it with `make serve`.

`bundle` writes and checks the files · `index` finds the nearest items · `recommender` turns a history into an answer ·
`batching` runs it in one thread against a deadline · `events` keeps what visitors do · `gate` turns away what is too
much · `app` is the web application · `build` trains and packs a bundle. Only `build` needs TensorFlow.
"""
