#!/usr/bin/python3
"""Writes docs/openapi.yaml as JSON: openapi_json.py IN OUT. The program serves that at /openapi.json."""
import datetime
import json
import sys

import yaml


def plain(value):
    """Times that YAML reads as such are texts in the contract."""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(type(value))


with open(sys.argv[1], encoding="utf-8") as source:
    document = yaml.safe_load(source)
with open(sys.argv[2], "w", encoding="utf-8") as target:
    json.dump(document, target, ensure_ascii=False, default=plain, separators=(",", ":"))
