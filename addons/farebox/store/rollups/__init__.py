"""Hourly sums of calls, kept exact, and reports from them."""
