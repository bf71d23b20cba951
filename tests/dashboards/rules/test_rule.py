"""What a rule reads."""

from dashboards.rules.rule import Alert, Recording


def test_a_rule_names_the_series_that_it_reads_and_no_label_or_function() -> None:
    alert = Alert("X", "info", "x", "y", 'max(up{job="farebox"}) > on (instance) rate(farebox_calls_total[5m]) == 1')

    assert alert.series == {"up", "farebox_calls_total"}
    assert Recording("farebox:x", "farebox:calls:rate5m / farebox_spool_pending").series == {
        "farebox:calls:rate5m",
        "farebox_spool_pending",
    }
