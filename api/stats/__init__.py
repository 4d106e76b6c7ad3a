"""Counts over time, sums, percentiles and top values."""
