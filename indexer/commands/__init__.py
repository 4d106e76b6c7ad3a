"""Commands beside the flow: `redrive` sends dead letters back, `replay` reads a part of the topic again.

`topic_ends` says where the partitions of a topic end now, `originals` reads single records of it.
"""
