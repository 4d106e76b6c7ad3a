"""The settings that the programs share, and how a program reads its settings: once, at start."""

import re
import sys
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Settings = TypeVar("Settings", bound=BaseSettings)
_LOGIN = re.compile(r"[^/,\s]*@")  # user and password in an address


class StoreSettings(BaseSettings):
    """The Elasticsearch connection, and the alias of the logs."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    elasticsearch_url: str = Field("http://127.0.0.1:9200", description="comma-separated for several nodes")
    elasticsearch_api_key: SecretStr | None = None
    elasticsearch_username: str | None = None
    elasticsearch_password: SecretStr | None = None
    elasticsearch_ca_certs: Path | None = None
    index_alias: str = Field("gateway-logs", pattern=r"^[a-z0-9]+([._-]?[a-z0-9]+)*$", max_length=100)

    @field_validator("elasticsearch_url")
    @classmethod
    def _each_is_a_url(cls, value: str) -> str:
        for url in value.split(","):
            parts = urlsplit(url.strip())
            if parts.scheme not in ("http", "https") or not parts.hostname or not _has_port(parts):
                raise ValueError("each address must look like http://host:9200 or https://host:9200")
        return value

    @field_validator("elasticsearch_ca_certs")
    @classmethod
    def _is_a_file(cls, value: Path | None) -> Path | None:
        if value and not value.is_file():
            raise ValueError("this file does not exist")
        return value

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if self.elasticsearch_api_key and self.elasticsearch_username:
            raise ValueError("set ELASTICSEARCH_API_KEY or ELASTICSEARCH_USERNAME, not both")
        if (self.elasticsearch_username is None) != (self.elasticsearch_password is None):
            raise ValueError("ELASTICSEARCH_USERNAME requires ELASTICSEARCH_PASSWORD, and the other way round")
        return self

    def client_options(self) -> dict[str, Any]:
        """Return options of `Elasticsearch` and `AsyncElasticsearch`: addresses, credentials, certificates.

        The client's retries are off, because it repeats at once and without a pause. The programs decide about retries.
        """
        options: dict[str, Any] = {
            "hosts": [_with_port(url.strip()) for url in self.elasticsearch_url.split(",")],
            "max_retries": 0,
            "retry_on_timeout": False,
        }
        if self.elasticsearch_api_key:
            options["api_key"] = self.elasticsearch_api_key.get_secret_value()
        if self.elasticsearch_username and self.elasticsearch_password:
            password = self.elasticsearch_password.get_secret_value()
            options["basic_auth"] = (self.elasticsearch_username, password)
        if self.elasticsearch_ca_certs:
            options["ca_certs"] = str(self.elasticsearch_ca_certs)
        return options


def load(settings: type[Settings]) -> Settings:
    """Return settings from the environment, or end the process with one line for each that is wrong."""
    try:
        return settings()
    except ValidationError as error:
        sys.exit("\n".join(_sentence(settings, wrong) for wrong in error.errors()))


def _sentence(settings: type[BaseSettings], wrong: Any) -> str:
    message = wrong["msg"].removeprefix("Value error, ")
    if not wrong["loc"]:
        return f"settings: {message}"
    field = str(wrong["loc"][0])
    secret = "SecretStr" in str(settings.model_fields[field].annotation)
    value = "" if secret else f"={_LOGIN.sub('***@', str(wrong['input']))}"
    return f"settings: {field.upper()}{value}: {message}"


def _has_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:  # not a number, or not one of a port
        return False


def _with_port(url: str) -> str:
    """Add the default port of the scheme: the client requires a port."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if ":" not in host.rpartition("]")[2]:
        host += ":443" if scheme == "https" else ":80"
    return f"{scheme}://{host}{slash}{path}"
