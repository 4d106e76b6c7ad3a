"""Proxies before the servers that record and inject faults, and the oracle over what became of every event."""
