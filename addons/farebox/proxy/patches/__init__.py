"""Changes to mitmproxy's own code, each small, named, and made only in code that is known."""
