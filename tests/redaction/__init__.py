"""Labelled sets of secrets and of texts that look like secrets, and how well the redaction does on them.

`python -m tests.redaction` prints recall and precision. See README.md for the form of the files.
"""
