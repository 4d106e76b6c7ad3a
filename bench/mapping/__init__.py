"""The mapping of this version against version 2: the same events, in turn, in the same run.

`sides`      the two versions: index, documents, clauses
`writing`    raw bulk requests and bytes on disk
`searching`  the same searches on both
`cpu`        what the indexer spends on a document of each
`run`        all of it, as a report
"""
