"""The recommendation service: a bundle of files, an index, a ranker, a web application. Start it with `make serve`.

Files: `bundle` writes and checks them · `store` knows which version is in use · `probe` what it must answer · `quality`
whether it is good enough. Answers: `model` runs the network · `linear_part` adds what each item of a history says ·
`scored` sums both, with exact reasons · `index` finds the nearest items · `titles` finds films by words ·
`recommender` turns a history into an answer · `batching` runs it in one thread against a deadline · `breaker`
leaves a failing model alone. The service without HTTP: `settings` · `service` · `versions` changes what answers ·
`events` keeps what visitors do · `metrics` and `log` say how it fares · `errors`. HTTP: `schemas` · `app` · `guard` and
`gate` turn away what is too much · `connection` bounds what clients may leave open. `best` trains and packs the best
model of the course, `build` the smaller one of lesson 23; `deep_graph` and `graph` write their models. Only these need
TensorFlow, and `own`, the way from a file of the user's own to a bundle.
"""
