"""Tests of api/repetitive."""
