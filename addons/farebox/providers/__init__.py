"""Who bills a call, by host: data."""
