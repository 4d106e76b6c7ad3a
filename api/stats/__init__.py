"""Counts over time, sums, percentiles and top values.

`routes` the endpoint, `measures` what is asked of Elasticsearch and what its answer says, `intervals` time ranges and
the bars of a histogram.
"""
