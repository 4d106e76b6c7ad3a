"""Tests of api/checkpoints."""
