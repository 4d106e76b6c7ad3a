"""Tests of api/export."""
