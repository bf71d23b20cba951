"""The price catalogue of the package as JSON, for a server that offers it as an update."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from farebox.pricing.genai.edition import bundled
from genai_prices.types import ConditionalPrice, ModelPrice, PriceVariant, TieredPrices

Raw = list[dict[str, Any]]
Answer = tuple[int, dict[str, str], bytes]


@cache
def _bundled_json() -> str:
    return json.dumps([_provider(one) for one in bundled().providers], default=_plain)


def providers() -> Raw:
    """Return the bundled data in its JSON form, to be changed at will."""
    found: Raw = json.loads(_bundled_json())
    return found


def payload(change: Callable[[dict[str, Any]], object] | None = None, *only: str) -> bytes:
    """Return the bundled data, or that of the providers `only`, as it is handed out; `change` is done to each model."""
    raw = [one for one in providers() if not only or one["id"] in only]
    for provider in raw if change else ():
        for model in provider["models"]:
            assert change is not None
            change(model)
    return json.dumps(raw).encode()


def times(factor: int) -> Callable[[dict[str, Any]], None]:
    """Return a change that makes prices `factor` times as high."""

    def dearer(model: dict[str, Any]) -> None:
        for prices in (
            [one["prices"] for one in model["prices"]] if isinstance(model["prices"], list) else [model["prices"]]
        ):
            for key, price in prices.items():
                prices[key] = _scaled(price, factor)

    return dearer


def of_last_year(model: dict[str, Any]) -> None:
    """Change a model so that it was checked on 2025-11-01."""
    model["price_comments"] = "Checked 2025-11-01."


@contextmanager
def served(*answers: Answer) -> Iterator[str]:
    """Serve `answers` in their order, the last one for ever; the block gets the address."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_details: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/data.json"
        finally:
            server.shutdown()
            thread.join()


def _scaled(price: Any, factor: int) -> Any:
    if isinstance(price, dict):
        tiers = [{**tier, "price": tier["price"] * factor} for tier in price["tiers"]]
        return {"base": price["base"] * factor, "tiers": tiers}
    return price * factor


def _provider(one: Any) -> dict[str, Any]:
    kept = {name: getattr(one, name) for name in ("id", "name", "api_pattern", "fallback_model_providers")}
    return {**kept, "models": [_model(model) for model in one.models]}


def _model(model: Any) -> dict[str, Any]:
    kept = {name: getattr(model, name) for name in ("id", "match", "price_comments", "prices", "price_variants")}
    return {name: value for name, value in kept.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, ModelPrice):
        return {key: price for key, price in vars(value).items() if price is not None}
    if isinstance(value, TieredPrices | ConditionalPrice | PriceVariant) or type(value).__name__ in _STRUCTURES:
        return {name.rstrip("_"): found for name, found in vars(value).items() if found is not None}
    raise TypeError(f"{value!r} is no part of the data")


_STRUCTURES = {
    *(f"Clause{kind}" for kind in ("StartsWith", "EndsWith", "Contains", "Regex", "Equals", "Or", "And")),
    *("StartDateConstraint", "TimeOfDateConstraint", "Tier"),
}
