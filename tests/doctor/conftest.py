"""Fixtures: a data folder that does not exist yet, and what a client needs to use its proxy."""

from pathlib import Path

import pytest
from farebox.ca.hand_out import hand_out
from farebox.config.settings import Settings, load
from farebox.process.client_environment import ProxyEndpoint
from farebox.proxy.trust import confdir


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    return load({"home": str(home), "port": 0, "metrics_port": 0}, environment={})


@pytest.fixture
def endpoint(settings: Settings) -> ProxyEndpoint:
    """A proxy whose certificate and bundle are in the data folder."""
    folder = settings.folder
    hand_out(folder, confdir(settings))
    certificate, bundle = folder / "mitmproxy-ca-cert.pem", folder / "ca-bundle.pem"
    return ProxyEndpoint("http://127.0.0.1:8080", str(certificate), str(bundle))
