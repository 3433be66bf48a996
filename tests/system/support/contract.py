"""The contract of docs/openapi.yaml: its parts, a judge of answers, and a maker of requests, good and bad."""
import json
import random
import re
from urllib.parse import quote

import yaml

from support.photos import unique_jpeg
from support.places import CHECKOUT

METHODS = ("get", "post", "put", "patch", "delete", "options")


def openapi():
    return yaml.safe_load((CHECKOUT / "docs" / "openapi.yaml").read_text())


def error_statuses():
    source = (CHECKOUT / "src" / "domain" / "error_codes.cpp").read_text()
    return {code: int(status) for code, status in re.findall(r"ErrorKind\{code::(\w+), (\d+),", source)}


def resolve(document, node):
    """Follows references until a plain node is reached."""
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def fits(document, schema, value, where="answer"):
    """A small judge of JSON Schema: types, required members, members that no schema knows, and enumerations."""
    schema = resolve(document, schema)
    if "allOf" in schema:
        known = {}
        for part in schema["allOf"]:
            part = resolve(document, part)
            known |= part.get("properties", {})
            assert set(part.get("required", [])) <= set(value), where
        schema = {"type": "object", "properties": known}
    if "oneOf" in schema:
        schema = next(resolve(document, part) for part in schema["oneOf"] if (resolve(document, part).get("type") == "null") == (value is None))
    names = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    kind = names[type(value)]
    assert not types or kind in types or (kind == "integer" and "number" in types), f"{where} is {kind}, not {types}"
    assert "enum" not in schema or value in schema["enum"], f"{where}: {value}"
    assert "const" not in schema or value == schema["const"], f"{where}: {value}"
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema.get("required", [])) <= set(value), f"{where} lacks {set(schema['required']) - set(value)}"
        assert set(value) <= set(schema["properties"]), f"{where} has more: {set(value) - set(schema['properties'])}"
        for name, member in value.items():
            fits(document, schema["properties"][name], member, f"{where}.{name}")
    for index, item in enumerate(value if isinstance(value, list) and "items" in schema else []):
        fits(document, schema["items"], item, f"{where}[{index}]")


ODD_TEXTS = ["", " ", "0", "-1", "1e9", "99999999999999999999", "null", "true", "사진", "ａ", "é" * 300, "a" * 5000, "../../etc/passwd", "%00", "\x00", "\x7f", "'; DROP TABLE image; --",
             "<script>", "{}", "[]", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "2026-02-30T25:61:00Z", "00000000-0000-7000-8000-000000000000"]
ODD_VALUES = [None, True, False, 0, -1, 1.5, 10**30, "", "x", "사진", [], [[]], {}, {"a": {"b": []}}, "a" * 3000]


class RequestMaker:
    """Requests for the operations of the contract, each from a seed of its own: make(7) is always the same, on servers that know the same ids."""

    def __init__(self, document, seed, known):
        """`known`: path -> {parameter: values that exist}."""
        self.document, self.seed, self.known = document, seed, known
        self.operations = [(method, path, operation, operation.get("parameters", []) + item.get("parameters", []))
                           for path, item in document["paths"].items() for method, operation in item.items() if method in METHODS]

    def make(self, number):
        """Method, path of the contract, address, and options of a request."""
        self.dice = random.Random(f"{self.seed}/{number}")
        method, path, operation, parameters = self.dice.choice(self.operations)
        parameters = [resolve(self.document, each) for each in parameters]
        address = re.sub(r"\{(\w+)\}", lambda found: self._in_path(path, found[1]), path)
        query = [(each["name"], self._text(each["schema"])) for each in parameters if each["in"] == "query" and self.dice.random() < 0.35]
        if self.dice.random() < 0.05:
            query.append((self.dice.choice(["zz", "", "limit", "사진"]), self.dice.choice(ODD_TEXTS)))
        headers = {each["name"]: self._header(each["schema"]) for each in parameters if each["in"] == "header" and self.dice.random() < 0.7}
        options = {"params": [(name, "1" if name == "wait" and value.isdigit() else value) for name, value in query], "headers": headers}
        body = resolve(self.document, operation.get("requestBody", {})).get("content", {})
        if body or self.dice.random() < 0.05:
            self._put_body(options, body)
        return method, path, address, options

    def _in_path(self, path, name):
        there = self.known.get(path, {}).get(name) or self.known.get("", {}).get(name, [])
        return quote(str(self.dice.choice(there)), safe="") if there and self.dice.random() < 0.7 else quote(self.dice.choice(ODD_TEXTS) or "-", safe="")

    def _text(self, schema):
        if self.dice.random() < 0.4:
            return self.dice.choice(ODD_TEXTS)
        value = self._value(schema)
        return value if isinstance(value, str) else json.dumps(value)

    def _header(self, schema):
        return re.sub(r"[^\x20-\x7e]", "?", self._text(schema))[:2000].strip()

    def _value(self, schema, deep=0):
        schema = resolve(self.document, schema)
        if self.dice.random() < 0.06:
            return self.dice.choice(ODD_VALUES)
        for name in ("oneOf", "anyOf"):
            if name in schema:
                return self._value(self.dice.choice(schema[name]), deep)
        if "allOf" in schema:
            return {key: value for part in schema["allOf"] for key, value in (self._value(part, deep) or {}).items()}
        if "enum" in schema or "const" in schema:
            return self.dice.choice(schema.get("enum", [schema.get("const")]))
        kind = schema.get("type", "string")
        kind = self.dice.choice(kind) if isinstance(kind, list) else kind
        return getattr(self, "_" + kind)(schema, deep)

    def _object(self, schema, deep):
        wanted = set(schema.get("required", []))
        made = {name: self._value(member, deep + 1) for name, member in schema.get("properties", {}).items()
                if deep < 5 and self.dice.random() < (0.95 if name in wanted else 0.4)}
        return made | ({"zz": 1} if self.dice.random() < 0.03 else {})

    def _array(self, schema, deep):
        return [self._value(schema.get("items", {}), deep + 1) for _ in range(self.dice.randrange(4))]

    def _string(self, schema, deep):
        known = [value for values in self.known.values() for each in values.values() for value in each]
        return self.dice.choice(["x", "봄 사진", "demo", *map(str, known), *schema.get("examples", [])])

    def _integer(self, schema, deep):
        low, high = schema.get("minimum", -5), schema.get("maximum", 10**6)
        return self.dice.choice([low, high, low - 1, high + 1, self.dice.randint(low, high), 1])

    _number = _integer

    def _boolean(self, schema, deep):
        return self.dice.random() < 0.5

    def _null(self, schema, deep):
        return None

    def _put_body(self, options, content):
        chance = self.dice.random()
        kind = next(iter(content), "application/json")
        schema = resolve(self.document, content.get(kind, {}).get("schema", {}))
        if chance < 0.1:
            options["data"] = self.dice.choice(ODD_TEXTS).encode("utf-8", "replace")
            options["headers"]["Content-Type"] = self.dice.choice([kind, "text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=b"])
        elif kind == "multipart/form-data":
            fields = {name: self._text(member) for name, member in schema.get("properties", {}).items() if name not in ("file", "model") and self.dice.random() < 0.25}
            photo = unique_jpeg() if self.dice.random() < 0.7 else self.dice.choice(ODD_TEXTS).encode("utf-8", "replace")
            options["files"] = [(name, (None, text)) for name, text in fields.items()] + ([("file", ("a.jpg", photo))] if self.dice.random() < 0.9 else [])
        elif kind == "application/json":
            options["data"] = json.dumps(self._value(schema)).encode()
            options["headers"]["Content-Type"] = kind
        else:
            options["data"] = self.dice.randbytes(self.dice.choice([0, 1, 10, 4000]))
            options["headers"]["Content-Type"] = kind
