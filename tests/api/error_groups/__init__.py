"""Tests of `api/error_groups`."""
