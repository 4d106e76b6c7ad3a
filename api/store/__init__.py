"""Everything that talks to Elasticsearch.

`client` bodies out, answers in, and what an error means for the caller; `answers` the answers, typed; `error_words`
what a log line says of an error; `liveness` whether Elasticsearch answers; `readiness` whether a search would succeed;
`shared_reads` reads that many ask for at once; `documents` the logs of a page, `budget` the memory for them,
`held_answer` an answer that holds it until it was sent; `large_answers` reads large answers a few at a time; `turns`
spreads work over iterations of the event loop; `progress` how far the index is behind Kafka.
"""
