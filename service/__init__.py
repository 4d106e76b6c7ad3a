"""What both programs share as services.

`settings` checked at start, `logs`, `tracebacks` and `control_characters` in them, `loopback` addresses.
"""
