"""The columns of the ledger's table `calls`: the one table from which everything else derives.

An entry is a name, its type and what is known about it. `Record`, the tables of store/, the exports, `farebox show`,
the hourly sums, the token metrics and docs/ledger.md follow. A new column is an entry here, a migration and a case;
what a worker can see belongs to `Observed`, which `Reading` and `Record` share.
"""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

import msgspec

from .column import About, Column, Dimension, Sum, columns_of

Text = str | None
Count = int | None
Json = dict[str, Any] | None
Words = dict[str, str] | None


# The operations of rows that nothing counts: no LLM calls, and calls to a gateway that are metered behind it as well.
LIST_MODELS, RELAYED = NOT_COUNTED = ("list_models", "relayed")
GROUPS = ("identity", "model", "result", "tokens", "money", "time", "who", "why")
_identity, _model, _result, _tokens, _money, _time, _who, _why = (partial(About, group) for group in GROUPS)
_input = partial(_tokens, within="input_tokens")
_output = partial(_tokens, within="output_tokens")
_MODEL_TIMES, _ALL_TIMES = ("hourly_by_model",), ("hourly_by_model", "hourly_by_caller")


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """What identifies a row."""

    id: Annotated[str, _identity("UUID version 7 that farebox assigns to the call; ids sort by time.")]
    started_at: Annotated[datetime, _identity("Time at which the request began, in UTC.")]


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker sees on the wire and hands over as it is."""

    sidecar: Annotated[Text, _identity("Name of the sidecar that metered the call.", rollup=Dimension(0))] = None
    provider: Annotated[
        str,
        _identity(
            "Provider that bills the call, derived from the host; `unknown` if farebox doesn't know the host.",
            rollup=Dimension(1),
        ),
    ]
    host: Annotated[
        str,
        _identity("Host that the request was sent to, with its port unless that is 443 or 80.", rollup=Dimension(2)),
    ]
    dialect: Annotated[Text, _identity("API that the call uses, such as `openai_chat`.")] = None
    operation: Annotated[
        Text,
        _identity("Kind of call, by OpenTelemetry's `gen_ai.operation.name`, such as `chat`.", rollup=Dimension(4)),
    ] = None
    provider_request_id: Annotated[Text, _identity("The provider's id of the request.")] = None
    response_id: Annotated[Text, _identity("The provider's id of the response.")] = None

    model_requested: Annotated[Text, _model("Model named in the request.")] = None
    model_returned: Annotated[Text, _model("Model named in the response.", rollup=Dimension(3, "model"))] = None
    service_tier: Annotated[
        Text, _model("Service tier that served the call, in the provider's spelling.", rollup=Dimension(5))
    ] = None
    streamed: Annotated[bool | None, _model("Whether the response was a stream.")] = None

    status: Annotated[Count, _result("HTTP status of the response.", rollup=Dimension(7), is_small=True)] = None
    outcome: Annotated[
        str,
        _result(
            "How the call ended: `ok`, `http_error` (refused by the provider), `client_abort` (the client hung up), "
            "`provider_cut` (the response broke off), `network_error` (no response) or `sidecar_stop` (farebox cut "
            "it: it was stopped, or nothing came for `idle_timeout`) or `blocked` (farebox refused it "
            "because its budget was used up).",
            rollup=Dimension(6),
        ),
    ]
    error_type: Annotated[Text, _result("The provider's type of the error.")] = None
    error_code: Annotated[Text, _result("The provider's code of the error.")] = None
    error_param: Annotated[Text, _result("Request parameter that caused the error.")] = None
    finish_reason: Annotated[Text, _result("Why the response ended, in the provider's spelling.")] = None
    attempt: Annotated[
        Count, _result("Number of this attempt at the same request; the first one is 1.", is_small=True)
    ] = None
    retry_of: Annotated[
        Text, _result("Id of the first attempt, if this is a later one; at another host, if that one failed.")
    ] = None

    duration_ms: Annotated[
        Count, _time("Milliseconds from the request to the end of the response.", rollup=Sum(histogram=_ALL_TIMES))
    ] = None
    ttfb_ms: Annotated[Count, _time("Milliseconds from the request to the first byte of the response body.")] = None
    ttft_ms: Annotated[
        Count,
        _time(
            "Milliseconds from the request to the first content of a stream.",
            rollup=Sum(histogram=_MODEL_TIMES, by_caller=False),
        ),
    ] = None
    output_chunks: Annotated[Count, _time("Number of chunks of a stream that had content.")] = None
    overhead_us: Annotated[Count, _time("Microseconds that farebox itself spent on the call.")] = None
    request_bytes: Annotated[Count, _time("Size of the request body on the wire.")] = None
    response_bytes: Annotated[Count, _time("Size of the response body on the wire.")] = None

    user_id: Annotated[Text, _who("User who made the call.", rollup=Dimension(11, by_caller=True))] = None
    team: Annotated[Text, _who("Team of the user.", rollup=Dimension(12, by_caller=True))] = None
    project: Annotated[Text, _who("Project of the user.", rollup=Dimension(13, by_caller=True))] = None
    conversation: Annotated[Text, _who("Conversation that the call belongs to.")] = None
    message_id: Annotated[Text, _who("Message of the conversation that caused the call.")] = None
    agent_id: Annotated[Text, _who("Agent that made the call.")] = None
    trace: Annotated[
        Text, _who("Trace that the call belongs to, so that a request and its sub-calls can be joined.")
    ] = None
    client_app: Annotated[Text, _who("Program that made the call.", rollup=Dimension(10))] = None
    client_addr: Annotated[Text, _who("Network address of the client.")] = None
    key_fingerprint: Annotated[
        Text, _who("Keyed hash (HMAC) of the API key.", rollup=Dimension(14, by_caller=True))
    ] = None
    key_kind: Annotated[
        Text,
        _who("Kind of the API key, by its prefix: `api`, `oauth` (a login) or `plan` (a subscription's)."),
    ] = None
    tags: Annotated[
        dict[str, str] | None, _who("Values of the request headers named in `attribution.tags` (JSON).")
    ] = None

    purpose: Annotated[Text, _why("Purpose of the call, such as chat or title.", rollup=Dimension(9))] = None
    request_hash: Annotated[Text, _why("Keyed hash of the request, which identifies retries.")] = None
    params: Annotated[Json, _why("Names and safe values of the request's parameters (JSON).")] = None
    ratelimit: Annotated[dict[str, int] | None, _why("Rate limits that the response states (JSON).")] = None

    @property
    def is_call(self) -> bool:
        """Whether reports, sums and metrics count it."""
        return self.operation not in NOT_COUNTED

    @property
    def model(self) -> str | None:
        """The model that counts: the one that answered, else the one that was asked for."""
        return self.model_requested if self.model_returned is None else self.model_returned


class Tokens(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a call consumed. A total holds everything that lies within it; None is not reported, which is not zero."""

    input_tokens: Annotated[Count, _tokens("Total number of input tokens.", rollup=Sum())] = None
    cache_read_tokens: Annotated[Count, _input("Input tokens read from the provider's cache.", rollup=Sum())] = None
    cache_write_tokens: Annotated[Count, _input("Input tokens written to the provider's cache.", rollup=Sum())] = None
    cache_write_1h_tokens: Annotated[
        Count, _tokens("Tokens written to the cache for one hour.", within="cache_write_tokens")
    ] = None
    input_audio_tokens: Annotated[Count, _input("Audio tokens in the input.")] = None
    input_image_tokens: Annotated[Count, _input("Image tokens in the input.")] = None
    output_tokens: Annotated[Count, _tokens("Total number of output tokens.", rollup=Sum())] = None
    reasoning_tokens: Annotated[Count, _output("Reasoning tokens.", rollup=Sum())] = None
    output_audio_tokens: Annotated[Count, _output("Audio tokens in the output.")] = None
    output_image_tokens: Annotated[Count, _output("Image tokens in the output.")] = None
    units: Annotated[
        dict[str, int] | None,
        _tokens("Billed amounts that are not tokens, and token counts with a price of their own (JSON)."),
    ] = None


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """What a call costs, as recorded first or priced anew: the table `call_prices` has these columns too."""

    estimate: Annotated[Json, _tokens("Estimated columns, each with the low and high end of its range (JSON).")] = None
    cost_nanousd: Annotated[Count, _money("Cost of the call in nano-USD.", rollup=Sum())] = None
    cost_status: Annotated[
        str,
        _money(
            "How certain the cost is: `reported` (stated by the provider), `priced`, `partial` (a lower bound), "
            "`estimated`, `free`, `unpriced` (unknown), `included` (a plan or reserved capacity has paid: nothing is "
            "billed by the call) or `none` (nothing billable happened).",
            rollup=Dimension(8),
        ),
    ]
    cost_reasons: Annotated[
        list[str] | None,
        _money(
            "Why the cost, or the list price of an included call, is partial, free or unpriced; for a reported cost, "
            "where the response states it; `stated_cost_differs` if `stated_cost_nanousd` is far from it (JSON list)."
        ),
    ] = None
    catalogue_cost_nanousd: Annotated[
        Count,
        _money(
            "Cost by your own prices and the price catalogues in nano-USD, also if the provider stated another cost or "
            "a plan has paid.",
            rollup=Sum(),
        ),
    ] = None
    price_source: Annotated[
        Text,
        _money(
            "Source of the price: `reported`, `override` (your own prices), `genai-prices`, `litellm` or `farebox` "
            "(its table for search APIs)."
        ),
    ] = None
    price_version: Annotated[
        Text,
        _money("Version of the price source; for a catalogue, its version and the first characters of its SHA-256."),
    ] = None
    rate_card: Annotated[Words, _money("Prices used for the call, and how they were chosen (JSON).")] = None
    billing: Annotated[
        Text,
        _money(
            "Who pays: `metered` (each call is billed), `plan` (a subscription), `overage` (billed beyond a plan), "
            "`provisioned` (reserved capacity), `byok` (your own key at a gateway), `free_tier` or `unknown`.",
            rollup=Dimension(15),
        ),
    ] = None
    billing_source: Annotated[
        Text,
        _money(
            "How `billing` is known: `header` and `answer` (of the response), `key_kind`, `path`, `host` or `rule`."
        ),
    ] = None
    plan: Annotated[
        Text,
        _money("Subscription that pays or whose overage is billed, such as `claude` or `codex`.", rollup=Dimension(16)),
    ] = None


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a price is computed from, beside model and tokens."""

    usage_source: Annotated[
        str, _tokens("Source of the usage: `reported` by the provider, `estimated` by farebox, or `none`.")
    ]
    raw_usage: Annotated[Json, _tokens("Figures of the provider's usage object (JSON).")] = None
    stated_cost_nanousd: Annotated[
        Count,
        _money(
            "Cost that the response states in nano-USD, if it doesn't count because the host isn't known to bill by it."
        ),
    ] = None
    price_context: Annotated[
        Words, _money("Other facts that set the price, such as `speed` and `processing` (JSON).")
    ] = None
    parts: Annotated[
        list[dict[str, Any]] | None, _money("Shares of the response with their own model, tier and usage (JSON list).")
    ] = None


STRUCTS = (Key, Observed, Tokens, Priced, Basis)
COLUMNS: tuple[Column, ...] = tuple(sorted(columns_of(*STRUCTS), key=lambda one: GROUPS.index(one.group)))
NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)
PRICED: tuple[Column, ...] = tuple(columns_of(Priced))
