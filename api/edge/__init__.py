"""Around every request: the connection, admission, request ids, log lines, CORS."""
