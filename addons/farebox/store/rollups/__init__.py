"""Exact hourly sums of calls, and reports from them."""
