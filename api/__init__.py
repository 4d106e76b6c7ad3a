"""The search API: an HTTP request in, params, bodies for Elasticsearch, its answer, an envelope out."""
