"""The commands of README.md and of each page of docs, typed into a shell as a new user would.

It needs nothing but Python's standard library, so that it runs where farebox is being installed.
"""
