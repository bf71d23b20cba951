"""Budgets: windows, use, burn rate, forecast and crossings, computed from sums. Pure."""
