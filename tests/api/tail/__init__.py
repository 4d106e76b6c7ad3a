"""Tests of api/tail."""
