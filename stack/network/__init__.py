"""Addresses and HTTP, for `stack`, `bench` and the tests.

`address`     parse addresses, find free ports
`connection`  a kept-alive HTTP connection
`probes`      test whether a server answers
`http_proxy`  a proxy that can record and replace answers
"""
