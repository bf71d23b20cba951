"""Output for people and machines: periods, figures, tables, JSON."""
