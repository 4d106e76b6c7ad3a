"""Tests of api/edge."""
