"""What a person reads: periods, figures, tables."""
