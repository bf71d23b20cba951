// Makes one call with an official SDK for Node and prints what it hands out: node ask.mjs SDK BASE_URL
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { EnvHttpProxyAgent, fetch } from "undici";

const [name, base] = process.argv.slice(2);
const dispatcher = new EnvHttpProxyAgent();
const through = (url, options) => fetch(url, { ...options, dispatcher });
const messages = [{ role: "user", content: "Name a river." }];
const calls = {
  openai: () =>
    new OpenAI({ apiKey: "sk-test", baseURL: `${base}/v1`, maxRetries: 0, fetch: through }).chat.completions.create({
      model: "gpt-4o", messages, stream: true, stream_options: { include_usage: true },
    }),
  anthropic: () =>
    new Anthropic({ apiKey: "sk-ant-test", baseURL: base, maxRetries: 0, fetch: through }).messages.create({
      model: "claude-sonnet-4-5", max_tokens: 100, messages, stream: true,
    }),
};
const chunks = [];
for await (const chunk of await calls[name]()) {
  chunks.push(chunk);
}
process.stdout.write(JSON.stringify(chunks));
await dispatcher.close();
