"""What both programs share as services: `early_exit` while they load, `settings` checked at start, `logs` and the rest.

`tracebacks` keeps content out of log lines, `loopback` knows the addresses of this machine.
"""
