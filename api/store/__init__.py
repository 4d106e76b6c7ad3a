"""Everything that talks to Elasticsearch."""
