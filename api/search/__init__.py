"""Pages of logs, and single logs.

`routes` the search, `find` one search from parameters to result, `page_start` where its page begins, `cursor` pages by
cursor, `deep_pages` pages too deep for `from`, `answer` the documents of the page on their way to the client,
`highlights` where a log matches, `fragments` where a text does; `detail` single logs.
"""
