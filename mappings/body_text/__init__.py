"""The text that a body says, for the search: streams put together, JSON escapes decoded. Pure.

`kinds` is the way in, `text_of`: what kind of body it is, and how it is read. JSON: `json_text`, its strings decoded in
place; `fragments`, JSON within other text; `escapes`, one string. Streams: `stream`, its lines; `payload`, the JSON of
a chunk; `leaves`, the values in it; `roles`, which of them are pieces of a text; `assembly`, the texts and everything
else once; `patterns` and `learning`, chunks that are written alike. `long_runs` is what is no text.
"""
