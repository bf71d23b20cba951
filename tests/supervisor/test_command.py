"""The program of `farebox run`: signals and exit codes pass through."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.supervisor import command as command_module
from farebox.supervisor.command import NOT_EXECUTABLE, NOT_FOUND, Command, CommandError

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
# Says which signals it gets; ends with the second one.
LISTENER = """
import signal, sys, time
def note(number, frame):
    print(signal.Signals(number).name, flush=True)
for name in ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT"):
    signal.signal(getattr(signal, name), note)
print("ready", flush=True)
sys.stdin.read()
"""
# Runs a program in its own place, as `farebox run` does.
OUTER = """
import os, sys
from farebox.supervisor.command import Command

command = Command(sys.argv[1:])
with command.signals():
    command.start(os.environ)
    while not command.wait(20):
        pass
command.end_as_it_did()
"""
SECONDS = 20.0


def python(code: str) -> Command:
    return Command([sys.executable, "-c", code])


def started(code: str) -> Command:
    command = python(code)
    command.start(ENVIRONMENT)
    return command


def process_of(command: Command) -> subprocess.Popen[bytes]:
    assert command._process
    return command._process


def outer(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", OUTER, *arguments],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_program_runs_in_the_given_environment(tmp_path: Path) -> None:
    command = python(f"import os; open({str(tmp_path / 'seen')!r}, 'w').write(os.environ['SEEN'])")

    command.start({**ENVIRONMENT, "SEEN": "this"})

    assert command.wait(SECONDS)
    assert (tmp_path / "seen").read_text() == "this"
    assert command.returncode == 0


def test_waiting_ends_with_the_program_or_the_time() -> None:
    command = started("import sys; sys.stdin.read()")

    assert not command.wait(0.01)
    assert command.returncode is None
    process_of(command).kill()
    assert command.wait(SECONDS)
    assert command.returncode == -signal.SIGKILL


@pytest.mark.parametrize("code", [0, 1, 77])
def test_the_exit_code_is_the_program_s(code: int) -> None:
    command = started(f"raise SystemExit({code})")

    assert command.wait(SECONDS)
    assert command.returncode == code


def test_a_program_that_does_not_exist_is_an_error_with_the_code_of_a_shell() -> None:
    with pytest.raises(CommandError, match=r"^no-such-program: there is no such command$") as refused:
        Command(["no-such-program"]).start(ENVIRONMENT)

    assert refused.value.code == NOT_FOUND == 127


def test_a_file_that_is_not_a_program_is_an_error_with_the_code_of_a_shell(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no program")

    with pytest.raises(CommandError, match=r"/file cannot be run: Permission denied$") as refused:
        Command([str(tmp_path / "file")]).start(ENVIRONMENT)

    assert refused.value.code == NOT_EXECUTABLE == 126


def test_before_its_start_a_program_waits_and_has_no_exit_code() -> None:
    command = python("")
    begun = time.monotonic()

    assert not command.wait(0.05)
    assert time.monotonic() - begun >= 0.05
    assert command.returncode is None
    assert not command.is_urgent


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_before_the_start_ends_the_program_by_it(number: signal.Signals) -> None:
    command = python("")

    with command.signals():
        os.kill(os.getpid(), number)
        begun = time.monotonic()
        assert command.wait(SECONDS)

    assert time.monotonic() - begun < SECONDS
    assert command.returncode == -number


@pytest.mark.parametrize(
    ("number", "in_foreground", "passed"),
    [
        *((number, is_so, True) for number in ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2") for is_so in (False, True)),
        *((number, False, True) for number in ("SIGINT", "SIGQUIT")),
        *((number, True, False) for number in ("SIGINT", "SIGQUIT")),
    ],
)
def test_signals_pass_on_unless_the_terminal_sends_them_to_the_program_itself(
    number: str, in_foreground: bool, passed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_module, "_is_in_foreground", lambda: in_foreground)
    command = Command([sys.executable, "-c", LISTENER])
    process = subprocess.Popen(
        command._arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0, env=ENVIRONMENT
    )
    command._process = process
    assert process.stdin
    assert process.stdout
    with process, command.signals():
        assert process.stdout.readline() == b"ready\n"
        os.kill(os.getpid(), signal.Signals[number])
        if passed:
            assert process.stdout.readline() == f"{number}\n".encode()
        process.stdin.close()
        rest = process.stdout.read()

    assert rest == b""


def test_a_signal_after_the_end_is_passed_to_nobody() -> None:
    command = started("")
    command.wait(SECONDS)

    with command.signals():
        os.kill(os.getpid(), signal.SIGTERM)

    assert command.returncode == 0


def test_handlers_are_restored() -> None:
    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT, signal.SIGQUIT)
    before = [signal.getsignal(number) for number in numbers]

    with python("").signals():
        assert [signal.getsignal(number) for number in numbers] != before

    assert [signal.getsignal(number) for number in numbers] == before


@pytest.mark.parametrize("code", [0, 3, 255])
def test_we_end_with_the_program_s_exit_code(code: int) -> None:
    done = outer(sys.executable, "-c", f"print('out', flush=True); raise SystemExit({code})")

    assert (done.returncode, done.stdout) == (code, "out\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGUSR1, signal.SIGSEGV])
def test_we_end_by_the_signal_that_ended_the_program(number: signal.Signals) -> None:
    kill = f"import os, signal; signal.signal({number.value}, 0); os.kill(os.getpid(), {number.value})"
    if number == signal.SIGKILL:
        kill = "import os; os.kill(os.getpid(), 9)"

    assert outer(sys.executable, "-c", kill).returncode == -number


def test_a_signal_that_would_not_end_us_is_the_exit_code_of_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    command = python("")
    command._stopped_by = signal.SIGWINCH

    with pytest.raises(SystemExit) as ended:
        command.end_as_it_did()

    assert ended.value.code == 128 + signal.SIGWINCH


def test_without_a_program_we_end_without_an_error() -> None:
    with pytest.raises(SystemExit) as ended:
        python("").end_as_it_did()

    assert ended.value.code == 0


def _refused(*_arguments: object) -> int:
    raise OSError


@pytest.mark.parametrize(("group", "is_so"), [(os.getpgrp, True), (lambda: os.getpgrp() + 1, False), (_refused, False)])
def test_our_group_is_in_the_foreground_if_the_terminal_has_it(
    group: Callable[[], int], is_so: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tty").touch()
    open_file = os.open
    monkeypatch.setattr(os, "open", lambda _path, flags: open_file(tmp_path / "tty", flags))
    monkeypatch.setattr(os, "tcgetpgrp", lambda _terminal: group())

    assert command_module._is_in_foreground() is is_so


def test_without_a_terminal_nothing_is_in_the_foreground(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", _refused)

    assert not command_module._is_in_foreground()


def test_the_time_of_a_program_is_its_own() -> None:
    command = python("import time; time.sleep(0.2)")
    time.sleep(0.2)
    assert command.seconds == 0.0

    command.start(ENVIRONMENT)
    assert command.wait(SECONDS)
    lasted = command.seconds
    time.sleep(0.05)

    assert lasted == command.seconds >= 0.2
