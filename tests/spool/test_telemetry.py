"""A worker's counters on their way to the recorder."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from farebox.errors import FareboxError
from farebox.spool.telemetry import Heartbeat, HeartbeatReceiver, HeartbeatSender, _listen, socket_paths

UNIX_LIMIT = 104
PULSE = Heartbeat(
    "w1",
    inflight=2,
    dropped=3,
    kept=4,
    tls_untrusted=5,
    meter_failures={"openai_chat": 6},
    usage_refusals={"openai": 7},
)


def first_path(home: Path) -> Path:
    return socket_paths(home)[0]


@pytest.fixture
def short_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A temporary folder whose path leaves room for a socket's name."""
    with TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield
        assert not list(Path(folder).rglob("*.sock"))


@pytest.fixture
def long_home(tmp_path: Path, short_temporary_folder: None) -> Path:
    home = tmp_path / ("a-folder-with-a-long-name-" * 5) / "data"
    home.mkdir(parents=True)
    return home


def exchange(home: Path, *heartbeats: Heartbeat) -> list[Heartbeat]:
    with closing(HeartbeatReceiver(home)) as receiver, closing(HeartbeatSender(home)) as sender:
        for heartbeat in heartbeats:
            sender.send(heartbeat)
        return receiver.receive()


def test_a_pulse_arrives_as_it_was_sent(tmp_path: Path) -> None:
    leaving = Heartbeat("w2", is_leaving=True)

    assert exchange(tmp_path, PULSE, leaving) == [PULSE, leaving]


def test_nothing_sent_is_nothing_received(tmp_path: Path) -> None:
    assert exchange(tmp_path) == []


def test_a_data_folder_with_a_long_path_works(long_home: Path) -> None:
    assert len(os.fsencode(long_home)) > UNIX_LIMIT
    assert len(os.fsencode(first_path(long_home))) < UNIX_LIMIT
    assert exchange(long_home, PULSE) == [PULSE]


def test_data_folders_with_long_paths_do_not_share_a_socket(long_home: Path) -> None:
    assert first_path(long_home) != first_path(long_home / "other")


def test_a_data_folder_has_one_socket_however_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    assert first_path(tmp_path / "link") == first_path(tmp_path / "real")


def test_nobody_listening_is_no_error(tmp_path: Path) -> None:
    with closing(HeartbeatSender(tmp_path)) as sender:
        sender.send(PULSE)

        with closing(HeartbeatReceiver(tmp_path)) as receiver:
            assert receiver.receive() == []
            sender.send(PULSE)
            assert receiver.receive() == [PULSE]


def test_a_recorder_that_reads_nothing_blocks_no_worker(tmp_path: Path) -> None:
    with closing(HeartbeatReceiver(tmp_path)) as receiver, closing(HeartbeatSender(tmp_path)) as sender:
        for number in range(5000):
            sender.send(Heartbeat("w1", dropped=number))

        received = receiver.receive()

    assert 0 < len(received) < 5000
    assert [heartbeat.dropped for heartbeat in received] == list(range(len(received)))


def test_a_recorder_that_ends_late_leaves_its_successor_the_socket(tmp_path: Path) -> None:
    late = HeartbeatReceiver(tmp_path)

    with closing(HeartbeatReceiver(tmp_path)) as receiver, closing(HeartbeatSender(tmp_path)) as sender:
        late.close()
        sender.send(PULSE)

        assert receiver.receive() == [PULSE]


def test_a_socket_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as left:
        left.bind(os.fspath(first_path(tmp_path)))

    assert exchange(tmp_path, PULSE) == [PULSE]


@pytest.mark.parametrize("datagram", [b"", b"\xc1", b"\x93\x01\x02\x03", b"\x81\xa6worker\x01"])
def test_what_is_no_pulse_is_passed_over(tmp_path: Path, datagram: bytes) -> None:
    with closing(HeartbeatReceiver(tmp_path)) as receiver, closing(HeartbeatSender(tmp_path)) as sender:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as stranger:
            stranger.sendto(datagram, os.fspath(first_path(tmp_path)))
        sender.send(PULSE)

        assert receiver.receive() == [PULSE]


def test_only_the_owner_can_send(tmp_path: Path) -> None:
    with closing(HeartbeatReceiver(tmp_path)):
        assert first_path(tmp_path).stat().st_mode & 0o077 == 0


def test_the_socket_goes_with_its_recorder(tmp_path: Path) -> None:
    exchange(tmp_path)

    assert not first_path(tmp_path).exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(long_home: Path) -> None:
    folder = first_path(long_home).parent
    folder.mkdir()
    os.chown(folder, 12345, -1)

    with pytest.raises(FareboxError, match="belongs to another user"):
        HeartbeatReceiver(long_home)


def test_a_folder_that_takes_no_socket_is_gone_round(tmp_path: Path, short_temporary_folder: None) -> None:
    # What is in the way cannot be unlinked, as on a read-only disk.
    first_path(tmp_path).mkdir()

    assert exchange(tmp_path, PULSE) == [PULSE]


def test_a_socket_that_a_killed_recorder_left_is_gone_round(tmp_path: Path, short_temporary_folder: None) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as left:
        left.bind(os.fspath(first_path(tmp_path)))
    _, second = socket_paths(tmp_path)

    with closing(_listen(second)) as receiver, closing(HeartbeatSender(tmp_path)) as sender:
        sender.send(PULSE)
        received = receiver.recv(65536)
    second.unlink()

    assert received == msgspec.msgpack.encode(PULSE)


def test_nowhere_to_listen_is_an_error_that_names_both_places(tmp_path: Path, short_temporary_folder: None) -> None:
    for path in socket_paths(tmp_path):
        path.mkdir(parents=True)

    with pytest.raises(FareboxError, match=r"cannot listen at .*telemetry\.sock \(.*\) or .*\.sock \("):
        HeartbeatReceiver(tmp_path)
    for path in socket_paths(tmp_path):
        path.rmdir()
