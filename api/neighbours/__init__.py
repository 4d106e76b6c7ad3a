"""The logs just before and after one log.

`routes` the endpoint, `around` what is asked of Elasticsearch, `answer` the documents on their way to the client.
"""
