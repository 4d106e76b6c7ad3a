"""What other gateways write to Kafka, mapped onto our event. Pure: bytes of one record in, events out.

`registry` the shapes by the name of `KAFKA_FORMAT`, `entries` the logs of one record, `values` values of their types.
One shape a module: `apisix`, `kong`, `litellm`, `higress`, `envoy`, `otlp` with `otlp_values`. Each maps what it names,
and nothing else: headers and whatever else could hold a credential do not pass. docs/sources.md has the maps.
"""
