"""Pages of logs, and single logs.

`routes` the search, `find` one search from parameters to result, `page_start` where its page begins, `cursor` pages by
cursor, `deep_pages` pages too deep for `from`, `highlights` where a log matches; `detail` single logs.
"""
