"""The console in a real browser, on a real API and Elasticsearch."""
