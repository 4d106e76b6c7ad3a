"""Tests of api/request."""
