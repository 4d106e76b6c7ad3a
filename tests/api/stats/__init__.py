"""Tests of api/stats."""
