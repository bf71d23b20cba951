// Make LibreChat's calls with the library that it makes them with: turns.mjs WAY PROXY [NAME ...]
//
// WAY is how the calls get to the proxy, PROXY its URL. Prints {name: null or the error}, one entry for each turn.
import { setTimeout as sleep } from "node:timers/promises";
import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { Providers, Run } from "@librechat/agents";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { HttpsProxyAgent } from "https-proxy-agent";
import { ProxyAgent, fetch as fetchOver } from "undici";

const [way, proxy, ...wanted] = process.argv.slice(2);
const user = "68b0c0ffee0000000000cafe";
const dispatcher = way === "options" ? new ProxyAgent(proxy) : undefined;
const base = (path, host) => (way === "routes" ? `${proxy}${path}` : host);

if (dispatcher) {
  // Gemini's client takes no options for it; LibreChat replaces the global function for its host.
  const direct = globalThis.fetch;
  globalThis.fetch = (url, init) =>
    String(url).includes("googleapis.com") ? fetchOver(url, { ...init, dispatcher }) : direct(url, init);
}

/** The headers that an operator configures, as LibreChat fills them in for one turn. */
function headersOf(name) {
  return {
    "X-LC-User-Id": user,
    "X-LC-Conversation-Id": `conversation-${name}`,
    "X-LC-Message-Id": `message-${name}`,
  };
}

/** An endpoint that speaks OpenAI's API. */
function openai(name, provider, model, path, host, more = {}) {
  const configuration = { baseURL: base(path, host), defaultHeaders: headersOf(name) };
  if (dispatcher) configuration.fetchOptions = { dispatcher };
  return { provider, model, apiKey: "sk-test", user, streaming: true, configuration, ...more };
}

function anthropic(name) {
  const clientOptions = { defaultHeaders: headersOf(name) };
  if (dispatcher) clientOptions.fetchOptions = { dispatcher };
  if (way === "routes") clientOptions.baseURL = `${proxy}/anthropic`;
  const invocationKwargs = { metadata: { user_id: user } };
  return {
    provider: Providers.ANTHROPIC, model: "claude-sonnet-4-5", apiKey: "sk-ant-test", maxTokens: 8192, streaming: true,
    clientOptions, invocationKwargs, ...(way === "routes" ? { anthropicApiUrl: clientOptions.baseURL } : {}),
  };
}

function google(name) {
  const options = { provider: Providers.GOOGLE, model: "gemini-2.5-flash", apiKey: "AIza-test", streaming: true };
  if (way === "routes") options.baseUrl = `${proxy}/google`;
  return { ...options, customHeaders: headersOf(name) };
}

function bedrock() {
  const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
  const options = { region: "us-east-1", credentials };
  // LibreChat makes this client for PROXY; it does the same for HTTPS_PROXY.
  const httpsAgent = new HttpsProxyAgent(proxy);
  const client = new BedrockRuntimeClient({ ...options, requestHandler: new NodeHttpHandler({ httpsAgent }) });
  return { provider: Providers.BEDROCK, model: "anthropic.claude-3-5-sonnet-20241022-v2:0", streaming: true, ...options, client };
}

const custom = { streamUsage: false };
const endpoints = {
  openai: (n) => openai(n, Providers.OPENAI, "gpt-4o-mini", "/openai/v1", "https://api.openai.com/v1", { streamUsage: true }),
  deepseek: (n) => openai(n, Providers.DEEPSEEK, "deepseek-chat", "/deepseek/v1", "https://api.deepseek.com/v1", { ...custom, user: undefined }),
  mistral: (n) => openai(n, Providers.OPENAI, "mistral-small-latest", "/mistral/v1", "https://api.mistral.ai/v1", { ...custom, user: undefined }),
  groq: (n) => openai(n, Providers.OPENAI, "llama-3.3-70b-versatile", "/groq/openai/v1", "https://api.groq.com/openai/v1", custom),
  openrouter: (n) => openai(n, Providers.OPENROUTER, "anthropic/claude-sonnet-4.5", "/openrouter/api/v1", "https://openrouter.ai/api/v1", custom),
  xai: (n) => openai(n, Providers.XAI, "grok-3-mini", "/xai/v1", "https://api.x.ai/v1", custom),
  fireworks: (n) => openai(n, Providers.OPENAI, "accounts/fireworks/models/kimi-k2-instruct", "/fireworks/inference/v1", "https://api.fireworks.ai/inference/v1", custom),
  ollama: (n) => openai(n, Providers.OPENAI, "llama3.2:latest", "/ollama/v1", "http://ollama:11434/v1", custom),
  anthropic, google, bedrock,
};

async function ask(llmConfig, messages, { tools = [], signal, extra = {} } = {}) {
  const graphConfig = { type: "standard", llmConfig, tools, instructions: "You are a helpful assistant.", ...extra };
  const run = await Run.create({ runId: "run", graphConfig, returnContent: true });
  const config = { configurable: { thread_id: "thread", user_id: user }, version: "v2", streamMode: "values", signal };
  const asked = typeof messages === "string" ? [new HumanMessage(messages)] : messages;
  await run.processStream({ messages: asked }, config);
  return run;
}

async function chatAndTitle(name, endpoint, titlePrompt) {
  const { provider, ...clientOptions } = endpoints[endpoint](name);
  const run = await ask({ provider, ...clientOptions }, "What is the capital of France?");
  const titleOptions = { ...clientOptions, streaming: false };
  const contentParts = [{ type: "text", text: "Paris." }];
  const input = { provider, inputText: "What is the capital of France?", contentParts, titleMethod: "completion", titlePrompt };
  await run.generateTitle({ ...input, clientOptions: titleOptions, chainOptions: {} });
}

const lookup = tool(async () => "42", {
  name: "lookup",
  description: "look up",
  schema: { type: "object", properties: { key: { type: "string" } }, required: ["key"] },
});
const remember = (name) =>
  tool(async () => "done", {
    name,
    description: "memory",
    schema: { type: "object", properties: { key: { type: "string" }, value: { type: "string" } }, required: ["key"] },
  });

/** Each turn by its name, which its conversation has too. */
const turns = {
  ...Object.fromEntries(Object.keys(endpoints).map((name) => [name, () => chatAndTitle(name, name)])),
  tools: () => ask(endpoints.openai("tools"), "Look it up", { tools: [lookup] }),
  memory: () => {
    const tools = [remember("set_memory"), remember("delete_memory")];
    return ask({ ...endpoints.openai("memory"), streaming: false, disableStreaming: true }, "Remember it", { tools });
  },
  subagent: () => {
    const { provider, ...clientOptions } = endpoints.openai("subagent");
    const child = { agentId: "child", provider, clientOptions, instructions: "You research." };
    const subagentConfigs = [{ type: "researcher", name: "Researcher", description: "Researches", agentInputs: child }];
    return ask(endpoints.openai("subagent"), "Delegate it", { extra: { subagentConfigs } });
  },
  summary: () => {
    const said = [new HumanMessage("What is the capital of France?"), new AIMessage("Paris"), new HumanMessage("And of Spain?")];
    const summarizationConfig = { retainRecent: { turns: 0 } };
    const extra = { summarizationEnabled: true, summarizeOnly: true, summarizationConfig };
    return ask(endpoints.openai("summary"), said, { extra });
  },
  label: async () => {
    const { provider, ...clientOptions } = endpoints.openai("label");
    const run = await ask({ provider, ...clientOptions }, "Hello");
    const entries = [{ toolName: "lookup", name: "lookup", args: "{}", input: "{}", output: "42" }];
    const options = { provider, clientOptions: { ...clientOptions, streaming: false }, entries, chainOptions: {} };
    await run.generateActivityLabel(options);
  },
  retitled: () => chatAndTitle("retitled", "openai", "Name this talk in three words.\n\n{convo}"),
  abort: async () => {
    const stop = new AbortController();
    const ended = ask({ ...endpoints.openai("abort"), model: "gpt-4o-slow" }, "Tell a story", { signal: stop.signal });
    await sleep(1500);
    stop.abort();
    await ended.catch(() => {});
  },
  refused: () => ask({ ...endpoints.openai("refused"), model: "gpt-4o-401" }, "Hello").catch(() => {}),
  limited: () => ask({ ...endpoints.openai("limited"), model: "gpt-4o-429" }, "Hello"),
};

const outcome = {};
for (const name of wanted.length ? wanted : Object.keys(turns)) {
  try {
    await turns[name]();
    outcome[name] = null;
  } catch (error) {
    outcome[name] = String(error?.stack ?? error).slice(0, 600);
  }
}
console.log(JSON.stringify(outcome));
process.exit(0);
