"""Servers, networks and producers that fail or mean harm, and what is promised all the same."""
