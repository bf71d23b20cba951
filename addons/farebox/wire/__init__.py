"""Bytes to documents; knows no provider."""
