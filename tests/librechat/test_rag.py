"""The RAG API has its own proxy, and needs the bundle with the CA."""

import pytest
from farebox.librechat.rag import findings

from tests.support.librechat import COMPOSE, ENV, described

SERVICE = """\
services:
  rag_api:
    image: registry.librechat.ai/danny-avila/librechat-rag-api-dev-lite:latest
    env_file: .env
    environment:
      - DB_HOST=vectordb
"""
TRUSTS = SERVICE + "      - SSL_CERT_FILE=/farebox/ca-bundle.pem\n    volumes: ['./b.pem:/farebox/ca-bundle.pem:ro']\n"


@pytest.mark.parametrize(
    ("env", "compose", "place"),
    [
        (ENV, SERVICE, ".env:2: HTTPS_PROXY"),
        (ENV, TRUSTS, ""),
        (ENV, TRUSTS.replace("./b.pem:/farebox", "./b.pem:/other"), "docker-compose.yml:7: SSL_CERT_FILE"),
        ("", SERVICE, "docker-compose.yml:5: RAG_OPENAI_BASEURL"),
        ("RAG_OPENAI_BASEURL=http://farebox:8080/openai/v1\n", SERVICE, ""),
        ("EMBEDDINGS_PROVIDER=huggingface\n", SERVICE, ""),
        ("EMBEDDINGS_PROVIDER=bedrock\n", SERVICE, "docker-compose.yml:5: HTTPS_PROXY"),
        ("RAG_OPENAI_PROXY=http://farebox:8080\n", SERVICE, ".env:1: RAG_OPENAI_PROXY"),
        (ENV, "services: {api: {image: librechat}}", ""),
    ],
)
def test_embeddings_go_through_farebox_and_trust_it(env: str, compose: str, place: str) -> None:
    assert [str(one.place) for one in findings(described("", env, compose))] == ([place] if place else [])


@pytest.mark.parametrize(
    ("env", "base"),
    [
        ("", "RAG_OPENAI_BASEURL=http://host.docker.internal:8080/openai/v1"),
        ("EMBEDDINGS_PROVIDER=ollama\n", "OLLAMA_BASE_URL=http://host.docker.internal:8080/ollama"),
        ("EMBEDDINGS_PROVIDER=bedrock\n", "HTTPS_PROXY=http://host.docker.internal:8080"),
    ],
)
def test_the_line_to_write_is_whole(env: str, base: str) -> None:
    [finding] = findings(described("", env, COMPOSE + SERVICE.removeprefix("services:\n")))

    assert finding.write == f"below services.rag_api.environment: {base}"
