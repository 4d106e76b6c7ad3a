"""Records that are no log, and the topic they go to."""
