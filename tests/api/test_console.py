"""The files of the console: served without a key, compressed, kept by browsers, and nothing but what is vendored."""

import gzip
import json
import re
import shutil
import subprocess
from hashlib import sha256

import pytest

from api.console.files import console
from tests.api.envelope import assert_envelope
from tests.support.programs import RunningApi, StartApi
from tests.support.repository import ROOT

STATIC = ROOT / "api/console/static"
MANIFEST = json.loads((STATIC / "vendor/manifest.json").read_text())
MAX_PAGE_BYTES = 120_000  # compressed, everything that a first visit loads
MAX_MODULES = 15  # in a folder


def digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


@pytest.mark.parametrize("entry", MANIFEST["files"], ids=lambda entry: entry["file"])
def test_a_vendored_file_is_what_was_published_but_for_its_imports(entry: dict[str, str]) -> None:
    content = (STATIC / "vendor" / entry["file"]).read_text()
    published = content
    for name, file in MANIFEST["imports"].items():
        published = published.replace(f"from{file}", f"from{name}")

    assert digest(content) == entry["sha256"]
    assert digest(published) == entry["published_sha256"]
    assert entry["package"] in (STATIC / "vendor/LICENCES.txt").read_text()


def test_every_vendored_module_is_in_the_manifest() -> None:
    assert {path.name for path in (STATIC / "vendor").glob("*.js")} == {entry["file"] for entry in MANIFEST["files"]}


def test_a_first_visit_loads_little() -> None:
    found = console()
    linked = re.findall(r'(?:href|src)="/console/\w+/([^"]+)"', found.page.plain.decode())
    loaded = [found.page, *(found.files[path] for path in {*linked, "text/zh.js"})]  # by a reader of Chinese

    assert {"main.js", "style/list.css", "vendor/preact.js"} <= set(linked)
    assert sum(len(file.compressed or file.plain) for file in loaded) < MAX_PAGE_BYTES


def test_no_folder_of_the_page_is_too_full_to_find_a_module_in() -> None:
    folders = [path for path in STATIC.rglob("*") if path.is_dir() and path.name != "vendor"]

    assert {str(folder) for folder in folders if len(list(folder.glob("*.js"))) > MAX_MODULES} == set()


def test_no_module_turns_text_into_html_or_code() -> None:
    own = [path for path in STATIC.rglob("*.js") if path.parent.name != "vendor"]
    risky = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc")

    assert [str(path) for path in own if risky.search(path.read_text())] == []


def test_the_page_and_its_files_need_no_key(start_api: StartApi, alias: str) -> None:
    api = start_api(alias, API_ADMIN_KEYS="admin")
    page = api.get("/")
    script = re.findall(r'src="([^"]+)"', page.text)[0]
    file = api.get(script)

    assert page.headers["cache-control"] == "no-cache"
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert file.headers["content-type"] == "text/javascript; charset=utf-8"
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-encoding"] == "gzip"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert_envelope(api.get("/api/logs/search"), 401)


def test_what_a_browser_has_already_is_not_sent_again(api: RunningApi) -> None:
    page = api.get("/")
    again = api.get("/", headers={"If-None-Match": page.headers["etag"]})
    plain = api.client.build_request("GET", "/", headers={"Accept-Encoding": "identity"})

    assert (again.status_code, again.content) == (304, b"")
    assert api.client.send(plain).text == gzip.decompress(console().page.compressed or b"").decode()
    assert api.client.head("/").headers["etag"] == page.headers["etag"]


def test_an_old_page_gets_the_new_files_and_does_not_keep_them(api: RunningApi) -> None:
    assert api.get("/console/0123/main.js").headers["cache-control"] == "no-cache"
    assert_envelope(api.get("/console/0123/nothing.js"), 404)
    assert_envelope(api.get("/console/0123/..%2Ffiles.py"), 404)


def test_the_console_can_be_turned_off(start_api: StartApi, alias: str) -> None:
    api = start_api(alias, API_CONSOLE="false")

    assert_envelope(api.get("/"), 404)
    assert_envelope(api.get("/console/x/main.js"), 404)


def words(language: str) -> list[str]:
    return re.findall(r'^  "([^"]+)": "', (STATIC / f"text/{language}.js").read_text(), re.MULTILINE)


def test_both_languages_have_the_same_words() -> None:
    assert words("en") == words("zh")
    assert len(words("en")) == len(set(words("en"))) > 200


def test_every_text_that_a_module_names_exists() -> None:
    known = set(words("en"))
    own = "\n".join(path.read_text() for path in STATIC.rglob("*.js") if path.parent.name not in ("vendor", "text"))
    named = set(re.findall(r'\bt\("([^"]+)"', own))
    families = set(re.findall(r"\bt\(`([a-z]+)\.\$\{", own))

    assert named - known == set()
    assert families - {name.partition(".")[0] for name in known} == set()


def test_the_types_of_the_page_hold() -> None:
    if not (tsc := shutil.which("tsc")):
        pytest.skip("no TypeScript on this machine: npm install --global typescript")
    checked = subprocess.run([tsc, "-p", ROOT / "tests/console"], capture_output=True, text=True, check=False)

    assert checked.stdout == ""
