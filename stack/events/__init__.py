"""Realistic gateway log events."""
