"""The documentation page of the API, from files of our own: browsers load nothing from another host.

`routes` serves page.html, page.js and page.css; the page reads /openapi.json.
"""
