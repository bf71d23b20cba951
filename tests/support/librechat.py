"""LibreChat's files as text, and the findings of the checks in them."""

from fractions import Fraction

from farebox.librechat.check import check
from farebox.librechat.deployment import Deployment, Farebox, Version, deployment
from farebox.librechat.endpoints import Endpoint
from farebox.librechat.environment import parse_env
from farebox.librechat.finding import Finding
from farebox.librechat.located import parse
from farebox.librechat.titles import TitlePrice
from farebox.process.client_environment import ProxyEndpoint

FAREBOX = Farebox(ProxyEndpoint("http://127.0.0.1:8080", "/home/me/ca.pem", "/home/me/bundle.pem"), (8080,))
# Shaped like LibreChat's own: only the proxy variables reach the container, and .env is a file in it.
COMPOSE = """\
services:
  api:
    image: registry.librechat.ai/danny-avila/librechat-dev:latest
    environment:
      - MONGO_URI=mongodb://mongodb:27017/LibreChat
      - HTTPS_PROXY=${HTTPS_PROXY:-}
      - HTTP_PROXY=${HTTP_PROXY:-}
      - NO_PROXY=${NO_PROXY:-}
    volumes:
      - type: bind
        source: ./.env
        target: /app/.env
"""
# What makes the same LibreChat's calls arrive.
OVERRIDE = """\
services:
  api:
    environment:
      NODE_EXTRA_CA_CERTS: /farebox/ca.pem
      NODE_USE_ENV_PROXY: "1"
    volumes:
      - ./ca.pem:/farebox/ca.pem:ro
"""
ENV = """\
OPENAI_API_KEY=sk-made-up
HTTPS_PROXY=http://farebox:8080
HTTP_PROXY=http://farebox:8080
NO_PROXY=mongodb,localhost
"""
COSTS = {"dear": 100, "cheap": 1, "other": 50}


def price(_endpoint: Endpoint, model: str) -> TitlePrice | None:
    """Price the models of `COSTS`, and no other."""
    return TitlePrice(Fraction(COSTS[model]), f"{COSTS[model]} USD") if model in COSTS else None


def described(
    config: str = "",
    env: str = ENV,
    *compose: str,
    release: Version | None = None,
    node: Version | None = None,
    farebox: Farebox = FAREBOX,
) -> Deployment:
    """Return the Deployment of these texts."""
    names = ("docker-compose.yml", "docker-compose.override.yml")
    dotenv = parse_env(".env", env)
    return deployment(
        farebox,
        config=parse("librechat.yaml", config) if config else None,
        dotenv=(".env", dotenv),
        compose=[parse(name, text) for name, text in zip(names, compose, strict=False)],
        files={".env": dotenv},
        versions=(release, node),
    )


def found(one: Deployment) -> list[Finding]:
    """Return what the checks find."""
    return check(one, price)


def places(findings: list[Finding]) -> list[str]:
    """Return each finding's level and place."""
    return [f"{one.level} {one.place}" for one in findings]
