"""C++ source text taken apart far enough for the checks: code without comments and strings, and the strings by themselves."""
import re

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|(?P<raw>(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\((?P<rawtext>.*?)\)(?P=mark)")'
    r'|"(?P<text>(?:\\.|[^"\\\n])*)"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'",
    re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"(?P<own>[^"]+)"|<(?P<system>[^>]+)>)', re.MULTILINE)


class Source:
    """One file: `includes` and `strings` as (line, text), `code` with comments and strings blanked, line breaks kept."""

    def __init__(self, text):
        self.strings = []
        self.code = TOKEN.sub(lambda match: self._blank(text, match), text)
        uncommented = TOKEN.sub(lambda match: _same_lines(match) if match.group().startswith("/") else match.group(), text)
        self.own_includes = [(line_of(uncommented, m.start()), m["own"]) for m in INCLUDE.finditer(uncommented) if m["own"]]
        self.system_includes = [(line_of(uncommented, m.start()), m["system"]) for m in INCLUDE.finditer(uncommented) if m["system"]]

    def _blank(self, text, match):
        string = match["rawtext"] if match["raw"] else match["text"]
        if string is not None:
            self.strings.append((line_of(text, match.start()), string))
        return _same_lines(match)


def _same_lines(match):
    return " " + "\n" * match.group().count("\n")


def line_of(text, position):
    return text.count("\n", 0, position) + 1
