"""Tests of api/search."""
