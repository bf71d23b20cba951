"""Bytes to documents, whatever the provider."""
