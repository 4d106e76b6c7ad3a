"""Workarounds for kafka-python 3.0.12."""
