"""`python -m bench console`: the page in Chromium, as a reader waits for it.

`run`       the benchmark and its report
`chromium`  the browser, where there is one
`reader`    what a reader does, and how long it takes
`clock`     how long Elasticsearch was asked meanwhile
`large_log` one log with bodies of 1 MB
"""
