"""The index as releases up to 0.2 made it: read and written until the retention has deleted the last of them.

`logs.json` its settings and mappings, `index` its template, `text` how texts were read for its analyzers, `copies` what
was stored of them beside the event.
"""
