"""Tests of sources: tables followed, and the LiteLLM callback."""
