"""What a log is: the event as it arrives, the index as Elasticsearch receives it. Imports neither program."""
