"""What both programs share as services: `settings` checked at start, `logs`, `tracebacks`, `loopback` addresses."""
