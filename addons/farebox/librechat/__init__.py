"""LibreChat's files, read to see which of its calls farebox would miss, and its own books, compared with the ledger.

Pure: files are read in cli/librechat/.
"""
