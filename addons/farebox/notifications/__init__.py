"""Tells people and programs of crossings of budgets, and sends the weekly digest."""
