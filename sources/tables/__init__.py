"""The log tables of gateways, mapped onto our event: `aiproxy`, `new_api` and `one_api`.

`registry` has them by name, `row_values` the types of columns. Pure: a row in, an event out, or None for a row that is
no call of a model.
"""
