// Prints the chunks of a streamed chat completion as the official SDK hands them out: node stream.mjs BASE_URL BODY
import OpenAI from "openai";

const [baseURL, body] = process.argv.slice(2);
const client = new OpenAI({ apiKey: "sk-test", baseURL, maxRetries: 0 });
const chunks = [];
for await (const chunk of await client.chat.completions.create(JSON.parse(body))) {
  chunks.push(chunk);
}
process.stdout.write(JSON.stringify(chunks));
