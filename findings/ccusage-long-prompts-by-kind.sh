#!/usr/bin/env bash
# ccusage looks for Anthropic's step at 200,000 tokens in each kind of token by itself, and raises only what lies above it.
#
# Surprise: a prompt of Claude Sonnet 4.5 with more than 200,000 tokens is billed at the higher prices whole: input, cache reads and
# output, and cached tokens count towards the 200,000. ccusage has both prices of each kind. But it applies the higher one only to the
# tokens of one kind beyond 200,000 of that kind. A prompt of 150,000 new and 150,000 cached tokens shows $0.645 and costs $1.215.
# A prompt of 300,000 new tokens shows $1.35 and costs $2.025. The share of long prompts that come mostly from the cache, as those of
# coding agents do, is shown at about half.
# Why it matters: the same table of prices gives two bills, depending on whether a step is read like a tax bracket. The name of the
# field, input_cost_per_token_above_200k_tokens, can be read both ways.
# What farebox does: a step applies to the whole call, by the size of its whole prompt, and never to a sum of several calls.
#
# Source of the right figures: https://docs.claude.com/en/docs/about-claude/pricing (long context pricing).
# Usage: findings/ccusage-long-prompts-by-kind.sh [VERSION]. Exit: 0 as described, 1 mended or changed, 2 could not be tried.
# Needs Node 20 or newer, with npm. 18.0.11 is the last version in JavaScript; later ones are native programs.
set -euo pipefail
version="${1:-18.0.11}"
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "needs Node 20 or newer" >&2; exit 2; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
timeout 300 npm install --silent --no-audit --no-fund --prefix "$folder" "ccusage@$version" ||
    { echo "could not install ccusage $version" >&2; exit 2; }

cat >"$folder/check.mjs" <<'NODE'
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

const folder = process.argv[2];
const model = "claude-sonnet-4-5-20250929";
// One message of each day, as Claude Code writes it to its log: new tokens, cached ones, output.
const days = [
  ["2026-11-02", 150_000, 0, 10_000],
  ["2026-11-03", 300_000, 0, 10_000],
  ["2026-11-04", 150_000, 150_000, 10_000],
];
const lines = days.map(([day, input_tokens, cache_read_input_tokens, output_tokens], number) =>
  JSON.stringify({
    type: "assistant",
    timestamp: `${day}T10:00:00.000Z`,
    sessionId: "session",
    version: "2.0.0",
    requestId: `req_${number}`,
    message: {
      id: `msg_${number}`,
      type: "message",
      role: "assistant",
      model,
      content: [],
      usage: { input_tokens, cache_read_input_tokens, cache_creation_input_tokens: 0, output_tokens },
    },
  }),
);
mkdirSync(`${folder}/claude/projects/project`, { recursive: true });
writeFileSync(`${folder}/claude/projects/project/session.jsonl`, lines.join("\n") + "\n");

const output = execFileSync(`${folder}/node_modules/.bin/ccusage`, ["daily", "--offline", "--json", "--timezone", "UTC"], {
  env: { ...process.env, CLAUDE_CONFIG_DIR: `${folder}/claude` },
  encoding: "utf8",
});
const seen = new Map(JSON.parse(output).daily.map((one) => [one.date, one.totalCost]));
// USD per million tokens, up to 200,000 tokens of prompt and beyond.
const right = ([, input, cached, answer]) =>
  (input + cached > 200_000 ? input * 6 + cached * 0.6 + answer * 22.5 : input * 3 + cached * 0.3 + answer * 15) / 1e6;
const stated = [0.6, 1.35, 0.645];
let asDescribed = true;
days.forEach((day, number) => {
  const shown = seen.get(day[0]);
  console.log(`${day[1]} new, ${day[2]} cached, ${day[3]} out: expected $${right(day).toFixed(4)}, seen $${shown?.toFixed(4)}`);
  asDescribed &&= Math.abs(shown - stated[number]) < 1e-9;
});
process.exit(asDescribed ? 0 : 1);
NODE
echo "ccusage $version"
timeout 60 node "$folder/check.mjs" "$folder"
