"""Tests of `api/neighbours`."""
