"""Source of the Grafana dashboards and of Prometheus' rules; `python -m dashboards` writes dashboards/generated."""
