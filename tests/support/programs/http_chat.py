"""A program that asks once by each HTTP client of Python that a user may have."""

import sys

import httpx2
import requests

URL = "https://api.openai.com/v1/chat/completions"
BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Say hello."}]}
HEADERS = {"authorization": "Bearer sk-test"}
print(httpx2.post(URL, json=BODY, headers=HEADERS).json()["id"])
print(requests.post(URL, json=BODY, headers=HEADERS, timeout=30).json()["id"])
sys.exit(3)
