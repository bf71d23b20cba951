"""A body that passes as it arrives is kept while there is room, and else its beginning."""

import pytest
from farebox.proxy.memory_budget import REQUEST_LIMIT
from farebox.proxy.upload import HEAD_LIMIT, Upload


def uploaded(*pieces: bytes, room: int) -> Upload:
    upload = Upload()
    for piece in pieces:
        upload.add(piece, lambda size: len(upload.start) + size <= room)
    return upload


@pytest.mark.parametrize(
    ("pieces", "room", "kept"),
    [
        ([b"one", b"two"], 0, 6),
        ([b"x" * HEAD_LIMIT, b"y"], 0, HEAD_LIMIT),
        ([b"x" * HEAD_LIMIT, b"y"], HEAD_LIMIT + 1, HEAD_LIMIT + 1),
        ([b"x" * HEAD_LIMIT, b"y" * 10, b"z" * 10], HEAD_LIMIT + 15, HEAD_LIMIT),
        ([b"x" * REQUEST_LIMIT, b"y"], 2 * REQUEST_LIMIT, HEAD_LIMIT),
    ],
    ids=["small", "no room", "room", "room for a part", "too long"],
)
def test_what_is_kept_of_a_body_depends_on_the_room(pieces: list[bytes], room: int, kept: int) -> None:
    upload, body = uploaded(*pieces, room=room), b"".join(pieces)

    assert upload.size == len(body)
    assert bytes(upload.start) == body[:kept]


def test_what_was_lost_once_is_not_added_to() -> None:
    upload = uploaded(b"x" * HEAD_LIMIT, b"lost", room=HEAD_LIMIT)
    upload.add(b"more", lambda _size: True)

    assert bytes(upload.start) == b"x" * HEAD_LIMIT
