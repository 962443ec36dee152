"""Files under /static/: what is found, what never is, revalidation, compression, ranges."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from telemed.errors import NotFound
from telemed.web.static_files import MAX_CACHE, MAX_FILE, StaticFiles
from tests.adapters.web.site import Site

SCRIPT = "export const words = 'words words words words words words words words';\n" * 20


@pytest.fixture
def files(static_root: Path) -> Path:
    (static_root / "core").mkdir()
    (static_root / "core" / "signal.js").write_text(SCRIPT)
    (static_root / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (static_root / "i18n").mkdir()
    (static_root / "i18n" / "de.json").write_text('{"join": "Teilnehmen"}')
    (static_root / "sounds").mkdir()
    (static_root / "sounds" / "arrival.mp3").write_bytes(bytes(range(100)))
    (static_root / "package.json").write_text("{}")
    (static_root / "node_modules").mkdir()
    (static_root / "node_modules" / "x.js").write_text("1")
    (static_root / "test").mkdir()
    (static_root / "test" / "x.test.js").write_text("1")
    (static_root.parent / "secret.js").write_text("SECRET")
    (static_root / "core" / "out.js").symlink_to(static_root.parent / "secret.js")
    (static_root / "core" / "round.js").symlink_to(static_root / "core" / "round.js")
    (static_root / ".hidden.js").write_text("SECRET")
    return static_root


@pytest.mark.parametrize(
    ("path", "mime"),
    [
        ("core/signal.js", "text/javascript"),
        ("icon.svg", "image/svg+xml"),
        ("i18n/de.json", "application/json"),
        ("sounds/arrival.mp3", "audio/mpeg"),
    ],
)
async def test_serves_files_with_their_type(site: Site, files: Path, path: str, mime: str) -> None:
    answer = await site.ask("HEAD", f"/static/{path}")
    assert answer.status == 200
    assert answer.headers["Content-Type"].partition(";")[0] == mime
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-cache"


HOSTILE = [
    "../secret.js",
    "..%2fsecret.js",
    "%2e%2e/secret.js",
    "%2e%2e%2fsecret.js",
    "..%5csecret.js",
    "..\\secret.js",
    "core/../../secret.js",
    "core/..%2f..%2fsecret.js",
    "core/%2e%2e/%2e%2e/secret.js",
    "//secret.js",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "core//signal.js",
    "core/./signal.js",
    "core/signal.js%00",
    "core/signal.js%00.css",
    "core/signal.js/",
    "core/signal.js?x=../../secret.js/../..",
    "core/out.js",
    "core/round.js",
    ".hidden.js",
    "core",
    "core/",
    "",
    "package.json",
    "node_modules/x.js",
    "test/x.test.js",
    "sign-in.html",
    "core/signal.JS",
    "core/" * 9 + "signal.js",
    "a" * 300 + ".js",
    "%ff%fe.js",
    "core/sign%c0%afal.js",
    "..;/secret.js",
]


@pytest.mark.parametrize("path", HOSTILE)
async def test_finds_nothing_outside_its_folder(site: Site, files: Path, path: str) -> None:
    request = f"GET /static/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await site.raw(request.encode("latin-1"))
    status = int(answer.split(b" ")[1])
    if "?" in path:
        assert status == 200  # a query is no part of the path
    else:
        assert status in (400, 404)
        assert b"Index of" not in answer
    assert b"SECRET" not in answer and b"root:" not in answer


async def test_revalidates_instead_of_sending_again(site: Site, files: Path) -> None:
    first = await site.ask("HEAD", "/static/core/signal.js")
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    by_tag = await site.ask("GET", "/static/core/signal.js", headers={"If-None-Match": tag})
    by_time = await site.ask("GET", "/static/core/signal.js", headers={"If-Modified-Since": modified})
    assert (by_tag.status, by_time.status, by_tag.text) == (304, 304, "")
    (files / "core" / "signal.js").write_text("changed")
    after = await site.ask("GET", "/static/core/signal.js", headers={"If-None-Match": tag})
    assert (after.status, after.text) == (200, "changed")


async def test_compresses_text_when_asked(site: Site, files: Path) -> None:
    async with site.http.get(site.url + "/static/core/signal.js", headers={"Accept-Encoding": "gzip"}) as response:
        packed = await response.read()
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert len(packed) < len(SCRIPT) / 5
    assert gzip.decompress(packed).decode() == SCRIPT
    plain = await site.ask("GET", "/static/core/signal.js", headers={"Accept-Encoding": "identity"})
    assert plain.text == SCRIPT
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize(
    ("asked", "status", "content_range", "content"),
    [
        ("bytes=0-9", 206, "bytes 0-9/100", bytes(range(10))),
        ("bytes=90-", 206, "bytes 90-99/100", bytes(range(90, 100))),
        ("bytes=-5", 206, "bytes 95-99/100", bytes(range(95, 100))),
        ("bytes=0-1000", 206, "bytes 0-99/100", bytes(range(100))),
        ("bytes=100-", 416, "bytes */100", b""),
        ("bytes=5-1", 200, None, bytes(range(100))),
        ("nonsense", 200, None, bytes(range(100))),
    ],
)
async def test_sends_parts_of_sounds(
    site: Site, files: Path, asked: str, status: int, content_range: str | None, content: bytes
) -> None:
    async with site.http.get(site.url + "/static/sounds/arrival.mp3", headers={"Range": asked}) as response:
        assert (response.status, await response.read()) == (status, content)
    assert response.headers.get("Content-Range") == content_range


async def test_keeps_a_bounded_number_of_bytes_in_memory(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"f{number}.png").write_bytes(bytes(MAX_FILE))
    (tmp_path / "large.png").write_bytes(bytes(MAX_FILE + 1))
    files = StaticFiles(tmp_path)
    for number in range(6):
        await files._load(*files.find(f"f{number}.png"))
    assert files._cached_bytes <= MAX_CACHE
    with pytest.raises(NotFound):
        files.find("large.png")


async def test_only_reading_is_possible(site: Site, files: Path) -> None:
    answer = await site.ask("DELETE", "/static/core/signal.js")
    assert answer.status == 405
    assert (files / "core" / "signal.js").exists()
