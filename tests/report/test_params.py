"""The lines to paste are YAML, and each parameter in them has its evidence."""

import json
from datetime import UTC, datetime

import yaml
from farebox.analysis.params import ParamUse, documented, to_drop
from farebox.report.params import drop_lines, params_json, params_table

from tests.support.printing import printed

AT = datetime(2026, 11, 2, tzinfo=UTC)
USES = [
    ParamUse("api.mistral.ai", "small", "user", 14, 0, 14, AT),
    ParamUse("api.mistral.ai", "large", "user", 3, 3),
    ParamUse(
        "api.deepseek.com",
        "deepseek-reasoner",
        "temperature",
        2,
        2,
        ignored=documented("deepseek", "openai_chat", "deepseek-reasoner", "temperature"),
    ),
]


def test_the_table_has_the_counts_and_the_source() -> None:
    lines = printed(params_table(USES, width=200), width=200)

    assert lines[1] == "api.mistral.ai small user 14 0 14"
    assert "ignored in thinking mode, which is the default (https://api-docs.deepseek.com/" in lines[3]


def test_a_narrow_terminal_gets_what_is_documented_below_and_each_host_above_its_models() -> None:
    host = "a-company-s-own-gateway-of-many-models.internal.example"
    own = [ParamUse(host, "small", "user", 14, 0, 14, AT), *USES[1:]]

    wide, narrow = printed(params_table(USES, width=80), width=80), printed(params_table(own, width=60), width=60)

    assert wide[:2] == ["host model parameter sent succeeded refused", "api.mistral.ai small user 14 0 14"]
    assert "".join(wide[4:]).startswith("deepseek-reasoner, temperature: ignored in thinking mode")
    assert narrow[:3] == [host, "model parameter sent succeeded refused", "small user 14 0 14"]
    assert [line for line in narrow if "host" in line.split()] == []


def test_the_lines_to_paste_are_yaml_with_the_evidence_beside_them() -> None:
    lines = list(drop_lines(to_drop(USES)))

    assert lines[1] == (
        "#   user: named in 14 answers with 400 or 422 of small, last on 2026-11-02; sent 14 times, never with success"
    )
    assert lines[2] == "#   user: large at this host takes it: use an endpoint of its own"
    assert yaml.safe_load("\n".join(lines)) == {"dropParams": ["user"]}


def test_json_has_every_parameter() -> None:
    found = json.loads(params_json(USES, to_drop(USES)))

    assert found["drop_params"] == {"api.mistral.ai": ["user"]}
    assert [one["drop"] for one in found["params"]] == [True, False, False]
    assert found["params"][2]["ignored"]["read"] == "2026-11-30"
