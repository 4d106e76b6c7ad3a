"""How far each shard is searchable: what tails and `as_of` share."""
