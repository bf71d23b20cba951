"""Checks for what can keep calls from being recorded, each with its fix: one file per subject."""
