"""Event → Kafka → decode → document → bulk → Elasticsearch; what is no log goes to the dead-letter topic."""
