"""The worker's side: the only place that imports mitmproxy."""
