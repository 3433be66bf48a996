"""/openapi.json is docs/openapi.yaml, and /docs shows it with nothing from elsewhere."""
import re

import yaml

from support.places import CHECKOUT as ROOT


def test_the_contract_is_the_document(server):
    answer = server.http.get(server.url + "/openapi.json", headers={"Authorization": ""})
    assert answer.status_code == 200
    document = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())
    assert set(answer.json()["paths"]) == set(document["paths"])
    assert answer.json()["openapi"] == "3.1.0" and answer.json()["components"]["schemas"].keys() == document["components"]["schemas"].keys()


def test_the_page_loads_only_what_the_server_has(server):
    page = server.http.get(server.url + "/docs", headers={"Authorization": ""})
    policy = page.headers["Content-Security-Policy"]
    assert page.status_code == 200 and "default-src 'none'" in policy and "unsafe" not in policy
    assert "<script>" not in page.text and "http://" not in page.text and "https://" not in page.text
    for place in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
        asset = server.http.get(server.url + place, headers={"Authorization": ""})
        assert asset.status_code == 200 and asset.headers["Content-Type"].split(";")[0] in {"text/javascript", "text/css"}, place
        assert server.http.get(server.url + place, headers={"If-None-Match": asset.headers["ETag"]}).status_code == 304
    assert server.http.get(server.url + "/docs/other.js").status_code == 404
