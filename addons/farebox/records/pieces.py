"""Long work in pieces, so that other work can go on between them."""

from collections.abc import Generator

# Work that stops where other work may go on, and returns what it has found.
type Pieces[Found] = Generator[None, None, Found]


def whole[Found](pieces: Pieces[Found]) -> Found:
    """Do all of the work at once, and return what it has found."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            found: Found = end.value
            return found
