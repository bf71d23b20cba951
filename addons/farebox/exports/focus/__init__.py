"""Charges in the format of FOCUS, the FinOps Open Cost and Usage Specification: https://focus.finops.org."""
