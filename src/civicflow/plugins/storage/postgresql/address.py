"""What a ``postgresql:`` URL says."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import attrs

from civicflow.errors import InvalidInput

_LONGEST = 63
"""Bytes of a name; PostgreSQL would cut off the rest (NAMEDATALEN - 1)."""


@attrs.frozen(kw_only=True)
class Address:
    """Where the tables lie and how they are reached.

    Attributes:
        conninfo: what libpq is given; it may hold a password, so it is never shown.
        label: host, database and schema, for messages.
        schema: the schema that holds the tables; one database may hold several places.
        connections: how many may be open at once; further calls wait their turn.
        timeout: seconds to wait for that turn.
    """

    conninfo: str = attrs.field(repr=False)
    label: str
    schema: str = "civicflow"
    connections: int = 8
    timeout: int = 30

    @classmethod
    def of(cls, url: str) -> Address:
        """Read a URL; settings that are not ours (``sslmode``, ``host``, ``application_name``) are libpq's.

        Raises:
            InvalidInput: it is not one of ours, or a setting of ours has no such value.

        >>> Address.of("postgresql://desk:secret@db/town?schema=north&sslmode=require")
        Address(label='db/town (schema north)', schema='north', connections=8, timeout=30)
        """
        parts = urlsplit(url)
        if parts.scheme not in {"postgresql", "postgres"} or parts.fragment:
            msg = f"a URL of PostgreSQL is written postgresql://user@host/database?schema=name; got {parts.scheme!r}"
            raise InvalidInput(msg)
        settings = dict(parse_qsl(parts.query, keep_blank_values=True))
        schema = check_schema(settings.pop("schema", "civicflow"))
        connections = _count("connections", settings.pop("connections", "8"), least=1)
        timeout = _count("timeout", settings.pop("timeout", "30"), least=0)
        where = parts.netloc.rpartition("@")[2] or settings.get("host", "")
        database = parts.path.removeprefix("/") or settings.get("dbname", "")
        return cls(
            conninfo=f"postgresql://{parts.netloc}{parts.path}?{urlencode(settings, quote_via=quote)}",
            label=f"{where}/{database} (schema {schema})",
            schema=schema,
            connections=connections,
            timeout=timeout,
        )


def check_schema(name: str) -> str:
    """The name of a schema, as it is.

    Raises:
        InvalidInput: PostgreSQL could not keep it whole.
    """
    sound = name.replace("-", "_").isidentifier() and not name.startswith("pg_")
    if not sound or len(name.encode()) > _LONGEST:
        msg = f"a schema's name is letters, digits, _ and -, at most {_LONGEST} bytes, not beginning with pg_; got {name!r}"
        raise InvalidInput(msg)
    return name


def _count(name: str, value: str, *, least: int) -> int:
    if not (value.isascii() and value.isdigit()) or int(value) < least:
        raise InvalidInput(f"the setting {name} is an integer of at least {least}; got {value!r}")
    return int(value)
