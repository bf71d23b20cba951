"""Hosts and providers as settings name them."""

from farebox.config.host_patterns import ProviderLine, problems, provider_problems


def test_a_url_is_no_host() -> None:
    assert list(problems("a.hosts", ["api.example.com", "*.example.com:8000"])) == []
    assert list(problems("a.hosts", ["https://x"])) == [
        "a.hosts: 'https://x' is not a host: write api.example.com or *.example.com"
    ]


def test_each_wrong_provider_is_told_by_its_number() -> None:
    lines = [ProviderLine("riverside", ("a",)), ProviderLine("River Side", ())]

    assert [text.partition(":")[0] for text in provider_problems(lines)] == ["providers[1].name", "providers[1].hosts"]
