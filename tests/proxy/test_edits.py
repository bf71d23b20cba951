"""One module edits traffic, each edit is listed with its off switch, and a switched-off edit changes nothing."""

import ast
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import get_args, get_type_hints

import farebox.proxy
import pytest
from farebox.config.settings import Settings
from farebox.proxy.edits import EDITS, PATH_ROUTES, PROXY_PASSWORD, STREAM_USAGE, EditOffError, Editor
from farebox.proxy.routes import Target
from farebox.proxy.tap import ResponseTap
from farebox.proxy.usage_tap import UsageTap
from mitmproxy import http
from mitmproxy.test import tflow, tutils

from tests.support.flows import exchange_of

PACKAGE = Path(farebox.proxy.__file__).parent
# What a request or an answer consists of, as mitmproxy names it; `stream` only says how it passes.
PARTS = set(
    "content raw_content text headers trailers path path_components url pretty_url host pretty_host port method "
    "scheme authority status_code reason http_version query cookies multipart_form urlencoded_form data".split()
)
MESSAGES = {"request", "response"}
MUTATING = {"add", "clear", "insert", "pop", "popitem", "set_all", "setdefault", "update"}
MUTATING_MESSAGE = {"anticache", "anticomp", "constrain_encoding", "decode", "encode", "set_content", "set_text"}


def edits_in(source: str) -> Iterator[str]:
    """Yield each piece of `source` that edits a message."""
    for node in ast.walk(ast.parse(source)):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Delete):
            targets = node.targets
        yield from (ast.unparse(target) for target in targets if is_message_part(target))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_mutating(node.func):
            yield ast.unparse(node.func)


def is_message_part(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return any(is_message_part(element) for element in target.elts)
    if isinstance(target, ast.Starred | ast.Subscript):
        return is_message_part(target.value)
    if not isinstance(target, ast.Attribute) or ast.unparse(target.value) == "self":
        return False
    return target.attr in PARTS | MESSAGES


def is_mutating(call: ast.Attribute) -> bool:
    if call.attr in MUTATING:
        return isinstance(call.value, ast.Attribute) and call.value.attr in PARTS
    message = ast.unparse(call.value).rpartition(".")[2]
    return call.attr in MUTATING_MESSAGE and message in MESSAGES


@pytest.mark.parametrize(
    "source",
    [
        "flow.request.headers['x'] = 'y'",
        "del response.headers['content-length']",
        "flow.request.headers.pop('x')",
        "flow.request.path = '/'",
        "request.raw_content = b''",
        "flow.response = answer",
        "again.response = again.error = None",
        "a, flow.request.host = 1, 2",
        "flow.response.text += 'x'",
        "flow.response.decode()",
        "flow.request.query['key'] = 'x'",
    ],
)
def test_an_edit_is_recognised(source: str) -> None:
    assert list(edits_in(source))


@pytest.mark.parametrize(
    "source",
    ["flow.response.stream = True", "self.response = 1", "message.decode()", "x.headers.get('a')", "seen.pop('a')"],
)
def test_other_code_is_not_an_edit(source: str) -> None:
    assert not list(edits_in(source))


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_only_one_module_edits_traffic(path: Path) -> None:
    edits = list(edits_in(path.read_text()))

    assert bool(edits) == (path.name == "edits.py"), edits


def test_each_edit_has_an_off_switch_among_the_settings() -> None:
    assert [edit.name for edit in EDITS] == ["stream_usage", "own_headers", "path_routes", "budgets", "proxy_password"]
    for edit in EDITS:
        group, _, name = edit.setting.rpartition(".")
        struct = get_type_hints(Settings)[group] if group else Settings
        assert edit.off in (get_args(get_type_hints(struct)[name]) or {""})
        # Only the password is off unless the user sets one.
        assert (attrgetter(edit.setting)(Settings()) == edit.off) is (edit is PROXY_PASSWORD)
        assert edit.description.endswith(".")


def test_the_off_switch_turns_an_edit_off() -> None:
    assert Editor(STREAM_USAGE, Settings(stream_usage="auto")).is_on
    assert not Editor(STREAM_USAGE, Settings(stream_usage="observe")).is_on


@pytest.mark.parametrize(
    "edit",
    [
        lambda editor, flow: editor.set_body(flow.request, b"edited"),
        lambda editor, flow: editor.copy_with(flow, b"edited"),
        lambda editor, flow: editor.replace_answer(flow, tutils.tresp(status_code=500)),
        lambda editor, flow: editor.remove_length(flow.request, flow.response),
        lambda editor, flow: editor.without_usage(exchange_of(flow), None, print),
        lambda editor, flow: editor.remove_headers(flow.request, frozenset({"header"})),
        lambda editor, flow: editor.remove_password(flow.request),
        lambda editor, flow: editor.send_to(flow.request, Target("http", "a.example", 80, "/")),
    ],
    ids=[
        "set_body",
        "copy_with",
        "replace_answer",
        "remove_length",
        "without_usage",
        "remove_headers",
        "remove_password",
        "send_to",
    ],
)
def test_an_edit_that_is_off_changes_nothing(edit: Callable[[Editor, http.HTTPFlow], object]) -> None:
    flow = tflow.tflow(resp=True)
    before = flow.get_state()

    with pytest.raises(EditOffError, match=r"^stream_usage: turned off by stream_usage: observe$"):
        edit(Editor(STREAM_USAGE, Settings(stream_usage="observe")), flow)

    assert flow.get_state() == before


@pytest.fixture
def editor() -> Editor:
    return Editor(STREAM_USAGE, Settings())


def test_another_body_is_announced_with_its_length(editor: Editor) -> None:
    request = tutils.treq(content=b"12345")

    editor.set_body(request, b"123456789")

    assert (request.raw_content, request.headers["content-length"]) == (b"123456789", "9")


def test_a_request_is_copied_without_its_answer(editor: Editor) -> None:
    flow = tflow.tflow(resp=True, err=True)
    before = flow.get_state()

    again = editor.copy_with(flow, b"another body")

    assert flow.get_state() == before
    assert again.id != flow.id
    assert (again.response, again.error, again.is_replay) == (None, None, "request")
    assert (again.request.raw_content, again.request.headers["content-length"]) == (b"another body", "12")
    assert again.request.path == flow.request.path


def test_headers_are_removed_and_the_others_keep_their_order(editor: Editor) -> None:
    headers = [(b"Host", b"h"), (b"X-Farebox-User", b"u"), (b"X-A", b"1"), (b"x-lc-user-id", b"u"), (b"x-a", b"2")]
    request = tutils.treq(headers=http.Headers(headers))

    assert editor.remove_headers(request, frozenset())

    assert request.headers.fields == ((b"Host", b"h"), (b"X-A", b"1"), (b"x-a", b"2"))
    assert not editor.remove_headers(request, frozenset())


def test_an_answer_is_replaced(editor: Editor) -> None:
    flow = tflow.tflow(resp=True)
    other = tutils.tresp(status_code=201)

    editor.replace_answer(flow, other)

    assert flow.response is other


@pytest.mark.parametrize(
    ("asked", "answered", "framing"),
    [
        ("HTTP/1.1", "HTTP/1.1", ("chunked", None)),
        ("HTTP/1.1", "HTTP/2.0", ("chunked", None)),
        ("HTTP/2.0", "HTTP/1.1", (None, None)),
        ("HTTP/1.0", "HTTP/1.1", None),
        ("HTTP/1.1", "HTTP/1.0", None),
    ],
)
def test_a_length_is_removed_where_the_client_can_tell_the_end_without_it(
    editor: Editor, asked: str, answered: str, framing: tuple[str | None, str | None] | None
) -> None:
    request, response = tutils.treq(http_version=asked.encode()), tutils.tresp(http_version=answered.encode())
    length = response.headers["content-length"]

    assert editor.remove_length(request, response) == (framing is not None)

    headers = (response.headers.get("transfer-encoding"), response.headers.get("content-length"))
    assert headers == (framing or (None, length))


def test_usage_is_removed_behind_a_tap(editor: Editor) -> None:
    flow = tflow.tflow(resp=True)
    assert flow.response
    exchange = exchange_of(flow)
    tap = ResponseTap(exchange, flow.response, lambda: None, print)

    assert isinstance(editor.without_usage(exchange, tap, print), UsageTap)


def test_a_request_is_sent_elsewhere() -> None:
    request = tutils.treq(
        host="sidecar", port=8080, scheme=b"http", authority=b"", headers=[(b"Host", b"sidecar:8080")]
    )

    Editor(PATH_ROUTES, Settings()).send_to(request, Target("https", "a.example", 8443, "/v1?a=b"))

    assert (request.pretty_url, request.headers["host"]) == ("https://a.example:8443/v1?a=b", "a.example:8443")
