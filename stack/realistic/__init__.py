"""The realistic corpus: streams of hundreds of chunks, agents with their tools, long prompts that repeat, images.

docs/benchmarks.md states the shares and where they come from.

`corpus`     what differs from the small corpus: models, shares, tokens, bodies
`bodies`     the bodies of one call
`replies`    what a model says
`agents`     system prompts, tools, and what tools return
`passages`   texts in the pieces in which a model says them
`phrases`    the words of these texts
"""
