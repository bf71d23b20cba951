"""Without a running sidecar, the settings say where clients would reach it."""

from farebox.config.settings import load
from farebox.doctor.reach import farebox_of


def test_without_a_sidecar_the_settings_name_the_ports() -> None:
    settings = load(
        {"home": "/nowhere", "port": 8090, "mode": ["reverse:https://api.deepseek.com@8101"]}, environment={}
    )

    found = farebox_of(settings)

    assert found.ports == (8090, 8101)
    assert found.endpoint.proxy == "http://127.0.0.1:8090"
    assert not found.is_running
