"""How far each shard is searchable: what tails and `as_of` share.

`position` a checkpoint for each shard and its text form, `shards` reads the checkpoints, `poller` reads them once a
second for all tails, `as_of` resolves the parameter of that name.
"""
