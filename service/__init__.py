"""What both programs share as services: `settings` checked at start, structured `logs`, `loopback` addresses."""
