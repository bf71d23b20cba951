"""Faults done to a running sidecar under load, and whether a call was lost: `python -m tests.faults`.

Each is a file in `scenarios/`, known by being there: a docstring that says what is done, and `run(stage)`, which does
it and returns a Result. `LEDGERS` in it names the databases it is run with, where that is not every one; `lacks()` says
what this machine lacks for it, if anything.
"""
