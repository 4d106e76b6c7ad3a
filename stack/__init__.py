"""Real Elasticsearch and Kafka without Docker, and realistic events for them (not shipped)."""
