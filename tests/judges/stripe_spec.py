"""Stripe's OpenAPI document as a judge of calls, answers and events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ROOT = "urn:stripe"


class StripeSpec:
    """Validates. What is sent is a form: its texts are read as the schema wants them before they are judged."""

    def __init__(self, path: Path) -> None:
        document = _nullable(json.loads(path.read_text()))
        self.version: str = document["info"]["version"]
        self._paths: dict[str, Any] = {_shape(name): what for name, what in document["paths"].items()}
        self._schemas: dict[str, Any] = document["components"]["schemas"]
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(ROOT, resource)
        self._validator = cache(self._new_validator)

    def knows(self, path: str) -> bool:
        """Whether Stripe documents this call; what its own tool calls beside is not."""
        return _shape(path) in self._paths

    def of_call(self, verb: str, path: str, params: dict[str, Any]) -> Iterator[str]:
        """What is wrong with the parameters of a call, as the form or query spelled them."""
        told = self._paths[_shape(path)].get(verb.lower())
        if told is None:
            yield f"{verb} {path}: no such call"
            return
        schema = _query(told) if verb == "GET" else _form(told)
        value = self._read(schema, params)
        yield from self._wrong(json.dumps(schema, sort_keys=True), value, f"{verb} {path}")

    def of_answer(self, verb: str, path: str, status: int, answer: Any) -> Iterator[str]:
        """What is wrong with the answer to a call."""
        responses = self._paths[_shape(path)][verb.lower()]["responses"]
        told = responses["200" if status == 200 else "default"]
        schema = told["content"]["application/json"]["schema"]
        yield from self._wrong(json.dumps(schema, sort_keys=True), answer, f"answer to {verb} {path}")

    def of_event(self, event: dict[str, Any]) -> Iterator[str]:
        """What is wrong with an event, or with the object that it is about."""
        kind = event["type"]
        yield from self._wrong('{"$ref": "#/components/schemas/event"}', event, f"event {kind}")
        about = event["data"]["object"]
        name = about["object"]
        if name not in self._schemas:
            yield f"event {kind}: an object {name} is unknown"
            return
        reference = json.dumps({"$ref": f"#/components/schemas/{name}"})
        yield from self._wrong(reference, about, f"{name} in event {kind}")

    def _wrong(self, schema: str, value: Any, where: str) -> Iterator[str]:
        for error in self._validator(schema).iter_errors(value):
            deepest = best_match([error]) or error
            place = ".".join(str(part) for part in deepest.absolute_path) or "as a whole"
            yield f"{where}: {place}: {deepest.message[:160]}"

    def _new_validator(self, schema: str) -> Draft202012Validator:
        absolute = schema.replace('"#/components/', f'"{ROOT}#/components/')
        return Draft202012Validator(json.loads(absolute), registry=self._registry)

    def _read(self, schema: Any, raw: Any) -> Any:
        """The form's text as what the schema wants; unchanged where it cannot be that."""
        if "$ref" in schema:
            return self._read(self._schemas[schema["$ref"].rpartition("/")[2]], raw)
        if "anyOf" in schema:
            readings = [self._read(one, raw) for one in schema["anyOf"]]
            fits = zip(schema["anyOf"], readings, strict=True)
            right = (
                reading
                for one, reading in fits
                if self._validator(json.dumps(one, sort_keys=True)).is_valid(reading)
            )
            return next(right, readings[0])
        match schema.get("type"), raw:
            case "integer", str():
                return int(raw) if raw.lstrip("-").isdecimal() else raw
            case "number", str():
                return float(raw) if raw.lstrip("-").replace(".", "", 1).isdecimal() else raw
            case "boolean", str():
                return {"true": True, "1": True, "false": False, "0": False}.get(raw, raw)
            case "array", dict():
                return [self._read(schema["items"], raw[number]) for number in sorted(raw, key=int)]
            case "object", dict():
                fields = schema.get("properties", {})
                other = schema.get("additionalProperties")
                other = other if isinstance(other, dict) else {}
                return {name: self._read(fields.get(name, other), value) for name, value in raw.items()}
        return raw


def _shape(path: str) -> str:
    """Ids in an address are called otherwise everywhere."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def _form(told: dict[str, Any]) -> dict[str, Any]:
    content = told.get("requestBody", {}).get("content", {})
    form: dict[str, Any] = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
    return {"type": "object", "additionalProperties": False, **form}


def _query(told: dict[str, Any]) -> dict[str, Any]:
    fields = {one["name"]: one["schema"] for one in told.get("parameters", ()) if one["in"] == "query"}
    return {"type": "object", "properties": fields, "additionalProperties": False}


def _nullable(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable`; JSON Schema says that null is one of the things that it may be."""
    if isinstance(node, list):
        return [_nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    inner = {name: _nullable(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [inner, {"type": "null"}]} if node.get("nullable") is True else inner
