"""How far each shard is searchable: what tails and `as_of` share.

`position` a checkpoint for each shard, `shards` reads the checkpoints, `poller` reads them once a second for all tails,
`event_ids` the text form of a position, `sketch` and `seal` what it is made of, `id_key` the key of the seal, `as_of`
resolves the parameter of that name.
"""
