"""The Grafana boards that ship with farebox, made ready for one installation."""
