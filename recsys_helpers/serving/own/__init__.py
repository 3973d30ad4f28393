"""From a file of your own to a running service: check, split, tune a few, evaluate, train, choose, pack.

`source` what the user says about the file, and its digest · `reading` the checked interactions and titles (`titles`),
or one report of all problems, each with the option that solves it (`advice`) · `cut` train, valid, test ·
`steps` finished steps, kept so that an interrupted run goes on · `contenders` the linear models and their settings ·
`network` wide and deep · `evidence` the table with intervals, what to serve · `packing` the bundle with its origin ·
`pipeline` all of this in order · `command` its options and messages, which load nothing heavy, for they are also read
when the service starts.
"""
