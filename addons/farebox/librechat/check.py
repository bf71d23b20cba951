"""All checks of LibreChat's files."""

from . import base_urls, options, own_prompts, proxying, rag, titles, trust
from .deployment import Deployment
from .endpoints import endpoints
from .finding import PROBLEM, Finding
from .titles import Prices


def check(deployment: Deployment, prices: Prices) -> list[Finding]:
    """Return every finding, problems first, in the order of the checks."""
    found = endpoints(deployment)
    findings = [
        *base_urls.findings(deployment, found),
        *proxying.findings(deployment, found),
        *trust.findings(deployment, found),
        *rag.findings(deployment),
        *options.findings(deployment, found),
        *titles.findings(deployment, found, prices),
        *own_prompts.findings(deployment),
    ]
    unique = list(dict.fromkeys(findings))
    return sorted(unique, key=lambda one: one.level != PROBLEM)
