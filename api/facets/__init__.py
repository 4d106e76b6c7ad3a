"""The values of a field with their counts: what filter menus offer.

`routes` the endpoint, `values` what is asked of Elasticsearch, and what its answer says, `letter_case` values by their
beginning.
"""
