"""`python -m bench overload`: more requests than one API can serve.

`run`     the benchmark and its report
`client`  an asynchronous HTTP client
"""
