"""The bytes of a record in, one bulk operation out, or the reason why not. Pure.

`origin` the original position of a record, `decode` bytes to a checked log, `parse_errors` why that failed, `said`
what it says, `version` orders the events of one log, `retries` knows records that were written twice, `document` a log
to an operation, `layout_2` the same for indices of earlier releases, `reader` all of it. Parts of decoding: `limits`
of what an event may hold, `odd_names` of fields, `cut_numbers` that a reader would cut, `text_checks`, `whole_numbers`
with a point.
"""
