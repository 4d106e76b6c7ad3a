"""Pages of logs, and single logs."""
