"""Draws the pictures of the boards in docs/images: `make board-pictures`."""
