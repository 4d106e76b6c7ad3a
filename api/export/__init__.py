"""Every log that matches, as one file.

`routes` the endpoint, `walk` reads all logs page by page, `columns` a log as the cells of a row, `formats` logs as
lines of a file, `download` the file on its way to the client.
"""
