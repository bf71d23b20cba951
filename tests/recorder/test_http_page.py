"""The page of the metrics port."""

from html.parser import HTMLParser

from farebox.recorder.health import Health
from farebox.recorder.http_page import About, page

ABOUT = About("<b>shop</b>", "postgresql://host/db", "Asia/Kolkata")


class Reader(HTMLParser):
    """Collects the tags of a page with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.texts = set[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags |= {tag, *(f"{tag}.{name}={value}" for name, value in attrs)}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def parsed(body: bytes) -> tuple[set[str], str]:
    """Return the tags of a page and its text."""
    reader = Reader()
    reader.feed(body.decode())
    return reader.tags, " ".join(reader.texts)


def test_the_page_tells_what_runs_and_what_was_spent() -> None:
    tags, text = parsed(page(ABOUT, Health(1, 7, None, expected=2), {"1h": 0.000000001, "today": 12.5}))

    for told in (
        "1 of 2",
        "7 calls",
        "up to date",
        "postgresql://host/db",
        "$0.000000001",
        "$12.500000000",
        "Asia/Kolkata",
    ):
        assert told in text
    assert {"a.href=metrics", "a.href=healthz", "td.class=n"} <= tags


def test_a_sum_that_is_not_known_is_not_zero() -> None:
    assert parsed(page(ABOUT, Health(1, 0, None), {}))[1].count("unknown yet") == 6


def test_nothing_on_the_page_is_code() -> None:
    tags, text = parsed(page(ABOUT, Health(1, 0, "<script>alert(1)</script>"), {}))

    assert "<script>alert(1)</script>" in text
    assert not {"script", "b"} & tags
    assert not [tag for tag in tags if ".on" in tag or "src=" in tag]
