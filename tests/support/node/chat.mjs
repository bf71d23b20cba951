// A program that asks once, plain and streamed, by the official SDK: what a user runs behind `farebox run`.
import OpenAI from "openai";

const client = new OpenAI({ apiKey: "sk-test", maxRetries: 0 });
const messages = [{ role: "user", content: "Say hello." }];
const answer = await client.chat.completions.create({ model: "gpt-4o", messages });
console.log(answer.choices[0].message.content);
const stream = await client.chat.completions.create({
  model: "gpt-4o",
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) console.log(JSON.stringify(chunk.usage ?? null));
