#!/usr/bin/python3
"""Counts what breaks the architecture: includes against the arrows, foreign headers outside their part, SQL and JSON away
from their place, and catch outside the boundaries. The rules are the tables of layer_rules.py; tests are exempt. In web/src
only the frame imports pages: what two of them need lies beside them.

--self-test makes a small tree that breaks every rule and shows that each is found.
"""
import fnmatch
import os
import re
import sys
import tempfile
from pathlib import Path

import layer_rules as rules
from cpp_text import Source, line_of

MAY_CATCH = {**rules.BOUNDARIES, **rules.TRANSLATIONS}
ROOT = Path(__file__).resolve().parent.parent
CATCH = re.compile(r"\bcatch\s*\([^)]*\)\s*\{")
WEB_IMPORT = re.compile(r"(?:\bfrom\s*|\bimport\s*\(?\s*)'(?P<path>\.[^']*)'")
PART = re.compile(r"darkroom_part\((?P<name>\w+)(?P<rest>[^)]*)\)")


def part_of(path):
    """The part that a path below src/ belongs to: runner has three of them, files at the top belong to main."""
    folders = Path(path).parts[:-1]
    if not folders:
        return "main"
    return "/".join(folders[:2]) if folders[0] == "runner" else folders[0]


def matches(path, patterns):
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def check_own_includes(path, source):
    here = part_of(Path(path).relative_to("src"))
    if here not in rules.ARROWS:
        yield 1, f"the part {here} is not in layer_rules.ARROWS"
        return
    for line, header in source.own_includes:
        there = part_of(header)
        if there == here or (there, header) == ("main", "main.h"):
            continue
        if there not in rules.ARROWS:
            yield line, f'"{header}" is not written from src/'
        elif there not in rules.ARROWS[here] and not (here == "config" and header.endswith("/config.h")):
            yield line, f'{here} may not include {there} ("{header}")'
        elif (here, there) in rules.NARROW and header not in rules.NARROW[here, there][0]:
            headers, why = rules.NARROW[here, there]
            yield line, f'{here} may include only {", ".join(sorted(headers))} of {there}, not "{header}": {why}'


def check_foreign_includes(path, source):
    for line, header in source.system_includes + source.own_includes:
        for pattern, homes, why in rules.FOREIGN:
            if re.fullmatch(pattern, header) and not matches(path, homes):
                yield line, f"<{header}> belongs to {', '.join(homes)}: {why}"


def check_sql(path, source):
    if matches(path, rules.SQL_HOME):
        return
    for line, text in source.strings:
        if re.search(rules.SQL, text):
            yield line, f"SQL outside {', '.join(rules.SQL_HOME)}: {text.strip()[:50]!r}"


def block_at(code, start):
    """The text of a block whose opening brace ends at start."""
    depth = 1
    for position in range(start, len(code)):
        depth += {"{": 1, "}": -1}.get(code[position], 0)
        if depth == 0:
            return code[start:position]
    return code[start:]


def check_catches(path, source):
    if path in MAY_CATCH:
        return
    for match in CATCH.finditer(source.code):
        if re.search(r"\bthrow\s*;", block_at(source.code, match.end())):
            continue  # it cleans up and passes the exception on
        yield line_of(source.code, match.start()), "catch outside layer_rules.BOUNDARIES and TRANSLATIONS"


CHECKS = [check_own_includes, check_foreign_includes, check_sql, check_catches]


def check_build_file(root):
    """The libraries may depend on each other only along the arrows, too."""
    path = root / "src" / "CMakeLists.txt"
    if not path.is_file():
        return
    for match in PART.finditer(path.read_text(encoding="utf-8")):
        here = library_part(match["name"])
        words = match["rest"].split()
        depends = words[words.index("DEPENDS") + 1:] if "DEPENDS" in words else []
        for word in depends:
            if word.isupper():
                break
            if library_part(word) not in rules.ARROWS.get(here, set()):
                yield f"src/CMakeLists.txt: {here} may not depend on {library_part(word)}"


def library_part(name):
    return name.replace("_", "/", 1) if name.startswith("runner_") else name


def page_of(path):
    """The page whose folder a file below web/src lies in; None for what pages share."""
    return path.parts[1] if path.parts[0] == "pages" else None


def check_pages(root):
    """A page imports no other page, and what pages share imports none of them."""
    top = root / "web" / "src"
    for file in sorted(top.rglob("*.ts*")):
        here = file.relative_to(top)
        if here.parts[0] == "app" or ".test." in here.name:
            continue
        text = file.read_text(encoding="utf-8")
        for match in WEB_IMPORT.finditer(text):
            there = Path(os.path.normpath(here.parent / match["path"]))
            if page_of(there) not in (None, page_of(here)):
                yield f"web/src/{here.as_posix()}:{line_of(text, match.start())}: only web/src/app may import a page ({there.as_posix()})"


def check(root):
    complaints = [*check_build_file(root), *check_pages(root)]
    files = [path for path in sorted((root / "src").rglob("*")) if path.suffix in {".cpp", ".h"} and not path.stem.endswith("_test")]
    catching = set()
    for file in files:
        path = file.relative_to(root).as_posix()
        source = Source(file.read_text(encoding="utf-8"))
        if CATCH.search(source.code):
            catching.add(path)
        for one_check in CHECKS:
            complaints += [f"{path}:{line}: {message}" for line, message in one_check(path, source)]
    complaints += [f"{path}: layer_rules lets it catch, but it does not exist or catches nothing" for path in MAY_CATCH
                   if path not in catching]
    return complaints, len(files)


VIOLATIONS = {
    "src/base/upwards.cpp": ('#include "store/store.h"', "base may not include store"),
    "src/worker/web.cpp": ('#include "http/message.h"', "worker may not include http"),
    "src/api/decodes.cpp": ('#include "imaging/decode.h"', "api may include only"),
    "src/store/relative.cpp": ('#include "../base/log.h"', "not written from src/"),
    "src/newpart/a.cpp": ("int a;", "not in layer_rules.ARROWS"),
    "src/api/beast.cpp": ("#include <boost/beast/core.hpp>", "belongs to src/http"),
    "src/inference/boxes.cpp": ("#include <onnxruntime_cxx_api.h>", "belongs to src/inference/onnx*"),
    "src/imaging/cv.cpp": ("#include <opencv2/core.hpp>", "belongs to src/inference"),
    "src/worker/database.cpp": ("#include <sqlite3.h>", "belongs to src/store"),
    "src/store/json.cpp": ("#include <boost/json.hpp>", "belongs to src/json"),
    "src/scheduler/sql.cpp": ('auto a = R"(\n  DELETE FROM jobs)";', "SQL outside"),
    "src/worker/sql.cpp": ('auto a = "UPDATE jobs SET state = 1";', "SQL outside"),
    "src/blob/catches.cpp": ("void f() { try { g(); } catch (...) {} }", "catch outside"),
    "src/CMakeLists.txt": ("darkroom_part(store DEPENDS domain http LIBRARIES Boost::json)", "store may not depend on http"),
    "web/src/pages/queues/Page.tsx": ("import { Row } from '../jobs/Row';", "only web/src/app may import a page"),
    "web/src/pages/image/Page.tsx": ("import '../jobs/style.css';", "only web/src/app may import a page"),
    "web/src/ui/Table.tsx": ("import type { Job } from '../pages/jobs/words';", "only web/src/app may import a page"),
}
INNOCENT = {
    "src/store/fine.cpp": '// catch (SELECT x)\n#include "domain/job.h"\n#include <sqlite3.h>\nauto a = "SELECT 1";\n',
    "src/http/fine.cpp": '#include <boost/asio/ip/tcp.hpp>\n#include "base/log.h"\nauto a = "please select one"; int catch_up(int);\n',
    "src/store/fine_test.cpp": '#include "http/message.h"\n',
    "src/blob/passes_on.cpp": "void f() { try { g(); } catch (...) { if (a) { b(); } throw; } }\n",
    "src/runner/pool/fine.cpp": '#include "runner/protocol/frame.h"\nint n = 1\'000; char q = \'"\';\n',
    "web/src/messages/all.test.ts": "import { words } from '../pages/jobs/words';\n",
    "web/src/app/routes.ts": "const page = lazy(() => import('../pages/jobs/Page'));\n",
    "web/src/pages/jobs/Page.tsx": "import './style.css';\nimport { Row } from './Row';\nimport { call } from '../../api/client';\n",
}


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        texts = {**{name: text for name, (text, _) in VIOLATIONS.items()}, **INNOCENT,
                 **{name: "void f() { try { g(); } catch (...) {} }" for name in MAY_CATCH}}
        for name, text in texts.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        complaints, _ = check(root)
        for name, (_, words) in VIOLATIONS.items():
            assert any(complaint.startswith(name) and words in complaint for complaint in complaints), f"{name}: {words!r} is not found"
        wrong = [complaint for complaint in complaints if complaint.split(":")[0] not in VIOLATIONS]
        assert not wrong, f"complaints about what is right: {wrong}"
    print("check_layers finds what it should")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    complaints, files = check(ROOT)
    print(f"{files} files checked, {len(complaints)} against the architecture")
    print("\n".join(complaints))
    return 1 if complaints or not files else 0


if __name__ == "__main__":
    sys.exit(main())
