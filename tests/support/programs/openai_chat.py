"""A user's program for `farebox run`: it makes one plain and one streamed call with the official SDK."""

from typing import Any

import openai

client = openai.OpenAI(api_key="sk-test", max_retries=0)
messages: Any = [{"role": "user", "content": "Say hello."}]
print(client.chat.completions.create(model="gpt-4o", messages=messages).choices[0].message.content)
for chunk in client.chat.completions.create(
    model="gpt-4o", messages=messages, stream=True, stream_options={"include_usage": True}
):
    print(chunk.usage)
