"""Secrets are taken out of events before anything is stored.

`redact`         the redaction of one event
`secret_rules`   the kinds of secrets: `provider_keys`, `header_tokens`, `cookies`, `url_secrets`, `private_keys`
`secret_shapes`  how a secret is written
`secret_values`  whether a value is a secret or a word
`unescaped`      events as text without the escapes of JSON
"""
