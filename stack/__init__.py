"""Real Elasticsearch and Kafka on this machine without Docker, and realistic events for them (not shipped)."""
