"""Databases: members in a StatefulSet with a volume each, two Services, a configuration, a connection Secret.

The password is the user's: a Secret `<name>-password` with the key `password`. Nothing is created before it
is there, and nothing is guessed in its place.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import quote

from mendloop import (
    Child,
    Context,
    Invalid,
    Manifests,
    Meta,
    Operator,
    Quantity,
    Resource,
    Spec,
    Status,
    digest,
)
from mendloop.k8s import ConfigMap, Secret, Service, StatefulSet

op = Operator("db.example.com")


class Engine(NamedTuple):
    versions: tuple[str, ...]
    port: int
    user: str
    password: str  # the environment variable that the image reads it from
    files: str


ENGINES = {
    "postgres": Engine(("15", "16", "17"), 5432, "postgres", "POSTGRES_PASSWORD", "/var/lib/postgresql/data"),
    "mysql": Engine(("8.0", "8.4"), 3306, "root", "MYSQL_ROOT_PASSWORD", "/var/lib/mysql"),
}


class DatabaseSpec(Spec):
    engine: Literal["postgres", "mysql"] = "postgres"
    version: str
    replicas: Annotated[int, Meta(ge=1, le=9)] = 1
    storage: Quantity = "1Gi"  # of each member


class DatabaseStatus(Status):
    endpoint: str = ""


class Database(
    Resource[DatabaseSpec, DatabaseStatus],
    group="db.example.com",
    version="v1",
    short_names=["db"],
    columns={"Engine": "spec.engine", "Version": "spec.version", "Endpoint": "status.endpoint"},
):
    """A database with its members, its address and what applications need to connect."""


@op.check(Database)
def is_possible(db: Database, old: Database | None) -> Iterator[Invalid]:
    versions = ENGINES[db.spec.engine].versions
    if db.spec.version not in versions:
        yield Invalid(f"{db.spec.engine} comes in {', '.join(versions)}", field="spec.version")
    if db.spec.replicas % 2 == 0:
        yield Invalid("an even number of members has no majority", field="spec.replicas")


@op.desired(Database, owns=[StatefulSet, Service, ConfigMap, Secret], reads=[Secret])
def desired(db: Database, ctx: Context) -> Manifests:
    password = ctx.require(Secret, f"{db.name}-password")  # not there yet: waits, and its arrival wakes us
    if "password" not in password.data:
        raise Invalid(f"Secret {password.name} has no key password", field="data.password")
    config = configuration(db)
    members = Child(stateful_set(db, config, password))
    yield config
    yield service(db, f"{db.name}-members", clusterIP="None", publishNotReadyAddresses=True)
    yield members
    yield Child(service(db, db.name), after=[members])
    yield Child(connection(db, password), after=[members])
    db.status.endpoint = address(db)


def address(db: Database) -> str:
    return f"{db.name}.{db.namespace}.svc:{ENGINES[db.spec.engine].port}"


def configuration(db: Database) -> dict[str, Any]:
    lines = [f"cluster_name = {db.name}", f"max_connections = {100 * db.spec.replicas}"]
    return manifest("v1", "ConfigMap", f"{db.name}-config", data={"database.conf": "\n".join(lines)})


def service(db: Database, name: str, **spec: Any) -> dict[str, Any]:
    port = {"name": db.spec.engine, "port": ENGINES[db.spec.engine].port}
    return manifest("v1", "Service", name, spec={"selector": labels(db), "ports": [port], **spec})


def connection(db: Database, password: Secret) -> dict[str, Any]:
    secret = quote(password.data["password"], safe="")
    url = f"{db.spec.engine}://{ENGINES[db.spec.engine].user}:{secret}@{address(db)}"
    return manifest("v1", "Secret", f"{db.name}-connection", data={"url": b64encode(url.encode()).decode()})


def stateful_set(db: Database, config: dict[str, Any], password: Secret) -> dict[str, Any]:
    engine = ENGINES[db.spec.engine]
    secret = {"secretKeyRef": {"name": password.name, "key": "password"}}
    container = {
        "name": db.spec.engine,
        "image": f"{db.spec.engine}:{db.spec.version}",
        "env": [{"name": engine.password, "valueFrom": secret}],
        "ports": [{"name": db.spec.engine, "containerPort": engine.port}],
        "volumeMounts": [
            {"name": "data", "mountPath": engine.files},
            {"name": "config", "mountPath": "/etc/database"},
        ],
    }
    volume = {"name": "config", "configMap": {"name": config["metadata"]["name"]}}
    # What members read only when they start is in their template by digest: a change of it rolls them.
    notes = {op.qualified("config"): digest(config["data"])}
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": str(db.spec.storage)}}}
    return manifest(
        "apps/v1",
        "StatefulSet",
        db.name,
        spec={
            "serviceName": f"{db.name}-members",
            "replicas": db.spec.replicas,
            "selector": {"matchLabels": labels(db)},
            "template": {
                "metadata": {"labels": labels(db), "annotations": notes},
                "spec": {"containers": [container], "volumes": [volume]},
            },
            # The claims belong to the StatefulSet's controller: data outlive it, and this operator.
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
        },
    )


def labels(db: Database) -> dict[str, str]:
    return {"app": "database", "database": db.name}


def manifest(api_version: str, kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **fields}
