"""CustomResourceDefinitions: which of them the server takes.

Source: the reference of CustomResourceDefinition; wording measured on kube-apiserver 1.36.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mendloop.controlplane.causes import Cause, forbidden, invalid, not_supported, required
from mendloop.controlplane.gotext import GoStruct
from mendloop.controlplane.naming import label_1035_faults, subdomain_faults
from mendloop.controlplane.schema.structural import check_structural

Node = dict[str, Any]
Causes = Iterator[Cause]

_APPROVAL = "api-approved.kubernetes.io"
_PROTECTED = ("k8s.io", "kubernetes.io")
_SCOPES = ("Cluster", "Namespaced")
_COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
_COLUMN_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")


def check_crd(crd: Node, old: Node | None = None) -> list[Cause]:
    """The rules that a CustomResourceDefinition breaks, by itself and as a change of `old`."""
    spec = crd.get("spec") or {}
    causes = [] if old is None else list(_change(spec, old.get("spec") or {}, _established(old)))
    causes += _name(crd, spec)
    causes += _spec(spec)
    causes += _stored_versions(crd, spec)
    causes += _approval(crd, spec)
    return causes


def _established(crd: Node) -> bool:
    conditions = (crd.get("status") or {}).get("conditions") or ()
    return any(each.get("type") == "Established" and each.get("status") == "True" for each in conditions)


def _change(spec: Node, old: Node, established: bool) -> Causes:
    if spec.get("group") != old.get("group"):
        yield _immutable("spec.group", spec.get("group", ""))
    if established and spec.get("scope") != old.get("scope"):
        yield _immutable("spec.scope", spec.get("scope", ""))
    if established and (spec.get("names") or {}).get("kind") != (old.get("names") or {}).get("kind"):
        yield _immutable("spec.names.kind", spec["names"].get("kind", ""))
    if (spec.get("names") or {}).get("plural") != (old.get("names") or {}).get("plural"):
        yield _immutable("spec.names.plural", spec["names"].get("plural", ""))


def _immutable(field: str, value: Any) -> Cause:
    return invalid(field, value, "field is immutable")


def _name(crd: Node, spec: Node) -> Causes:
    plural, group = (spec.get("names") or {}).get("plural") or "", spec.get("group") or ""
    name = (crd.get("metadata") or {}).get("name") or ""
    if name != f"{plural}.{group}":
        yield invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group')


def _approval(crd: Node, spec: Node) -> Causes:
    group = spec.get("group") or ""
    if not any(group == each or group.endswith(f".{each}") for each in _PROTECTED):
        return
    annotations = (crd.get("metadata") or {}).get("annotations") or {}
    if _APPROVAL not in annotations:
        why = f'protected groups must have approval annotation "{_APPROVAL}", see '
        why += "https://github.com/kubernetes/enhancements/pull/1111"
        yield required(f"metadata.annotations[{_APPROVAL}]", why)


def _spec(spec: Node) -> Causes:
    yield from _group(spec.get("group") or "")
    scope = spec.get("scope") or ""
    if not scope:
        yield required("spec.scope")
    elif scope not in _SCOPES:
        yield not_supported("spec.scope", scope, _SCOPES)
    yield from _versions(spec)
    yield from _names(spec.get("names") or {})
    if (schema := _common_schema(spec)) is not None:
        yield from _schema(schema, "spec.validation.openAPIV3Schema", _any_status(spec))
    yield from _conversion(spec)


def _group(group: str) -> Causes:
    if not group:
        yield required("spec.group")
    elif faults := subdomain_faults(group):
        yield invalid("spec.group", group, ",".join(faults))
    elif "." not in group:
        yield invalid("spec.group", group, "should be a domain with at least one dot")


def _any_status(spec: Node) -> bool:
    return any("status" in (each.get("subresources") or {}) for each in spec.get("versions") or ())


def _schema_of(version: Node) -> Any:
    return (version.get("schema") or {}).get("openAPIV3Schema")


def _common_schema(spec: Node) -> Any:
    """The one schema of all versions: the server reads it once and speaks of it as `spec.validation`."""
    schemas = [_schema_of(version) for version in spec.get("versions") or ()]
    same = bool(schemas) and all(schema == schemas[0] for schema in schemas)
    return schemas[0] if same else None


def _versions(spec: Node) -> Causes:
    versions = spec.get("versions") or []
    common = _common_schema(spec)
    for at, version in enumerate(versions):
        if _schema_of(version) is None:
            yield required(f"spec.versions[{at}].schema.openAPIV3Schema")
    for at, version in enumerate(versions):
        yield from _version(version, f"spec.versions[{at}]", own_schema=common is None)
    if versions and (faults := label_1035_faults(versions[0].get("name") or "")):
        # The first version has an older field of its own, in which it is refused once more.
        yield invalid("spec.version", versions[0].get("name") or "", ",".join(faults))
    for part, check in (("subresources", _subresources), ("additionalPrinterColumns", _columns)):
        yield from _each(versions, part, check)
    names = [version.get("name") for version in versions]
    if len(set(names)) != len(names):
        yield invalid("spec.versions", _as_internal(versions), "must contain unique version names")
    if sum(bool(version.get("storage")) for version in versions) != 1:
        why = "must have exactly one version marked as storage version"
        yield invalid("spec.versions", _as_internal(versions), why)


def _each(versions: list[Node], part: str, check: Callable[[Any, str], Causes]) -> Causes:
    """Checks a part of every version; what all have alike is read once, as a part of the spec."""
    stated = [version.get(part) for version in versions]
    if stated and all(each == stated[0] for each in stated):
        yield from check(stated[0], f"spec.{part}")
        return
    for at, each in enumerate(stated):
        yield from check(each, f"spec.versions[{at}].{part}")


def _subresources(stated: Node | None, path: str) -> Causes:
    yield from _scale((stated or {}).get("scale"), f"{path}.scale")


def _columns(stated: list[Node] | None, path: str) -> Causes:
    for at, column in enumerate(stated or ()):
        yield from _column(column, f"{path}[{at}]")


def _as_internal(versions: list[Node]) -> list[Node]:
    """The versions as the server's message shows them: what they have in common is not among them."""
    return [
        GoStruct(
            Name=version.get("name", ""),
            Served=bool(version.get("served")),
            Storage=bool(version.get("storage")),
            Deprecated=bool(version.get("deprecated")),
            DeprecationWarning=version.get("deprecationWarning"),
            Schema=None,
            Subresources=None,
            AdditionalPrinterColumns=None,
            SelectableFields=None,
        )
        for version in versions
    ]


def _version(version: Node, path: str, *, own_schema: bool) -> Causes:
    name = version.get("name") or ""
    if faults := label_1035_faults(name):
        yield invalid(f"{path}.name", name, ",".join(faults))
    if own_schema and (schema := _schema_of(version)) is not None:
        status = "status" in (version.get("subresources") or {})
        yield from _schema(schema, f"{path}.schema.openAPIV3Schema", status)


def _schema(schema: Node, path: str, status: bool) -> Causes:
    kind = schema.get("type") or ""
    if status and kind and kind != "object":
        why = 'only "object" is allowed as the type at the root of the schema if the status subresource is '
        yield invalid(f"{path}.type", kind, why + "enabled")
    if schema.get("nullable"):
        yield forbidden(f"{path}.nullable", "nullable cannot be true at the root")
    yield from check_structural(schema, path)


def _scale(scale: Node | None, path: str) -> Causes:
    if scale is None:
        return
    for name, root in (("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")):
        stated = scale.get(name) or ""
        if not stated:
            yield required(f"{path}.{name}")
        elif not stated.startswith(root):
            yield invalid(f"{path}.{name}", stated, f"should be a json path under {root.rstrip('.')}")
    selector = scale.get("labelSelectorPath")
    if selector and not selector.startswith((".spec.", ".status.")):
        yield invalid(
            f"{path}.labelSelectorPath", selector, "should be a json path under either .spec or .status"
        )


def _column(column: Node, path: str) -> Causes:
    if not column.get("name"):
        yield required(f"{path}.name")
    kind = column.get("type") or ""
    if not kind:
        why = f"must be one of {','.join(_COLUMN_TYPES)}"
        yield required(f"{path}.type", why)
    elif kind not in _COLUMN_TYPES:
        yield invalid(f"{path}.type", kind, f"must be one of {','.join(_COLUMN_TYPES)}")
    shape = column.get("format") or ""
    if shape and shape not in _COLUMN_FORMATS:
        yield invalid(f"{path}.format", shape, f"must be one of {','.join(_COLUMN_FORMATS)}")
    if not column.get("jsonPath"):
        yield required(f"{path}.JSONPath")


def _names(names: Node) -> Causes:
    for part in ("plural", "singular", "kind", "listKind"):
        if not names.get(part):
            yield required(f"spec.names.{part}")
    for part in ("plural", "singular"):
        if names.get(part) and (faults := label_1035_faults(names[part])):
            yield invalid(f"spec.names.{part}", names[part], ",".join(faults))
    for part in ("kind", "listKind"):
        if names.get(part) and (faults := label_1035_faults(names[part].lower())):
            why = f"may have mixed case, but should otherwise match: {','.join(faults)}"
            yield invalid(f"spec.names.{part}", names[part], why)
    for part in ("shortNames", "categories"):
        for at, name in enumerate(names.get(part) or ()):
            if faults := label_1035_faults(name):
                yield invalid(f"spec.names.{part}[{at}]", name, ",".join(faults))
    if names.get("kind") and names.get("kind") == names.get("listKind"):
        yield invalid("spec.names.listKind", names["listKind"], "kind and listKind may not be the same")


def _conversion(spec: Node) -> Causes:
    conversion = spec.get("conversion") or {}
    strategy = conversion.get("strategy") or ""
    if strategy not in ("None", "Webhook", ""):
        yield not_supported("spec.conversion.strategy", strategy, ("None", "Webhook"))
    if strategy == "Webhook" and not (conversion.get("webhook") or {}).get("clientConfig"):
        why = "required when strategy is set to Webhook"
        yield required("spec.conversion.webhookClientConfig", why)


def _stored_versions(crd: Node, spec: Node) -> Causes:
    stored = (crd.get("status") or {}).get("storedVersions") or []
    versions = spec.get("versions") or []
    if not stored:
        yield invalid("status.storedVersions", None, "must have at least one stored version")
    names = {version.get("name") for version in versions}
    storages = [version.get("name") for version in versions if version.get("storage")]
    for at, name in enumerate(stored):
        if name not in names:
            why = (
                f"missing from spec.versions; {name} was previously a storage version, and must remain in "
                f"spec.versions until a storage migration ensures no data remains persisted in {name} and "
                f"removes {name} from status.storedVersions"
            )
            yield invalid(f"status.storedVersions[{at}]", name, why)
    for storage in storages if stored else ():
        if storage not in stored:
            why = f"must have the storage version {storage}"
            yield invalid("status.storedVersions", stored, why)
