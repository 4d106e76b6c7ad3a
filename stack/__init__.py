"""Real Elasticsearch and Kafka on this machine without Docker, and a feed of realistic events (not shipped)."""
