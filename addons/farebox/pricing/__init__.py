"""Usage to cost: exact, dated, and never a silent zero."""
