"""The console: the page at `/` that reads logs with the public routes of this API.

`files` the files of the page as they are sent, `routes` the routes that send them. The page itself is in `static/`:
native modules without a build step, described in docs/console.md.
"""
