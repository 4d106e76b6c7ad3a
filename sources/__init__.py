"""Logs of gateways that do not write to Kafka: into the topic, as our events.

`__main__` and `settings` start `python -m sources follow`, `follow` reads a table of logs and writes to the topic,
`database` connects and reads pages, `settled` says how far a table may be read, `position` remembers how far it was
read, `tables` maps the rows. Beside them: `litellm_callback`, a file to copy beside LiteLLM's proxy.
"""
