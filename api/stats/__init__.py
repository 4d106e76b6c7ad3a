"""Counts over time, sums, percentiles, top values, and the bars of single values.

`routes` the endpoint, `measures` what is asked of Elasticsearch and what its answer says, `series` the same for the
bars of single values, `intervals` time ranges and the bars of a histogram.
"""
