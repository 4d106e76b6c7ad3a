"""The member of the consumer group."""
