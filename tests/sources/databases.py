"""Databases that tests start for themselves: PostgreSQL and MariaDB where they are installed, and SQLite."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from sources.database import url_of
from tests.support.waiting import wait_until

POSTGRES_DIRECTORIES = "/usr/lib/postgresql/*/bin/"  # of Debian's packages


def _program(name: str) -> str:
    """Return the path of a program, or skip the test."""
    debian = sorted(Path("/").glob(f"{POSTGRES_DIRECTORIES[1:]}{name}"))
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin") or (str(debian[-1]) if debian else None)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _as(user: str) -> dict[str, Any]:
    """Return options of a process: these servers refuse to run as root."""
    if os.geteuid() != 0:
        return {}
    with suppress(KeyError):
        return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": [], "cwd": "/"}
    pytest.skip(f"there is no user {user} to run the server as")


@contextmanager
def _serving(command: Sequence[str], user: str, dsn: str) -> Iterator[str]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_as(user))
    try:
        wait_until(lambda: _answers(dsn))
        yield dsn
    finally:
        process.terminate()
        process.wait(30)


def _answers(dsn: str) -> bool:
    engine = create_engine(url_of(dsn))
    try:
        with engine.connect() as connection:
            return bool(connection.execute(text("select 1")).scalar())
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()


@contextmanager
def _directory(user: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gateway-logs-") as name:
        if os.geteuid() == 0 and _as(user):
            shutil.chown(name, user)
        yield Path(name)


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL server of this test; give its DSN."""
    initdb, server, port = _program("initdb"), _program("postgres"), _free_port()
    with _directory("postgres") as directory:
        data = str(directory / "data")
        make = [initdb, "-D", data, "-U", "gateway", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(make, check=True, capture_output=True, **_as("postgres"))
        command = [server, "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", str(directory), "-F"]
        with _serving(command, "postgres", f"postgres://gateway:secret@127.0.0.1:{port}/postgres") as dsn:
            yield dsn


@contextmanager
def mariadb() -> Iterator[str]:
    """Run a MariaDB server of this test; give its DSN as Go programs write it."""
    install, server, port = _program("mariadb-install-db"), _program("mariadbd"), _free_port()
    with _directory("mysql") as directory:
        data = f"--datadir={directory}/data"
        make = [install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(make, check=True, capture_output=True, **_as("mysql"))
        options = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={directory}/socket", "--skip-grant-tables"]
        command = [server, "--no-defaults", data, *options, "--skip-networking=0"]
        with _serving(command, "mysql", f"mysql://root:secret@127.0.0.1:{port}/mysql") as dsn:
            with create_engine(url_of(dsn)).connect() as connection:
                connection.execute(text("create database gateway character set utf8mb4"))
            yield f"root:secret@tcp(127.0.0.1:{port})/gateway?charset=utf8mb4&parseTime=True"


@contextmanager
def sqlite() -> Iterator[str]:
    """Make an SQLite file; give its DSN."""
    with tempfile.TemporaryDirectory(prefix="gateway-logs-") as name:
        file = Path(name) / "logs.db"
        file.touch()
        yield f"sqlite:///{file}"
