"""Tests of api/facets."""
