"""The files of docs/deploy: their syntax, and real proxies with them in front of a real server."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import yaml
from aiohttp import web

from telemed.config import Limits
from telemed.install.unit import Service, render
from tests.adapters.ops.certificates import certificate
from tests.adapters.ops.installation import KEY
from tests.adapters.ops.serving import serving, wait_until
from tests.adapters.ops.test_serve import free_port

# Bytes -> answers: beyond our limit, and beyond the proxy's own. Debian's Caddy (2.6) says 502 for the latter when it has read as
# far as its limit before our 413 is there.
TOO_LARGE = {"nginx": {600_000: {413}, 2_000_000: {413}}, "caddy": {600_000: {413}, 2_000_000: {413, 502}}}
DEPLOY = Path(__file__).parents[3] / "docs" / "deploy"
NGINX = shutil.which("nginx") or next((path for path in ("/usr/sbin/nginx",) if Path(path).exists()), None)
CADDY = shutil.which("caddy")
PROXIES = [
    pytest.param("nginx", marks=pytest.mark.skipif(NGINX is None, reason="nginx is not installed (apt install nginx-light)")),
    pytest.param("caddy", marks=pytest.mark.skipif(CADDY is None, reason="caddy is not installed (apt install caddy)")),
]
INSTRUCTIONS = set("FROM RUN COPY WORKDIR ENV USER VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split())


@dataclass
class Front:
    """A proxy that runs."""

    http_port: int
    https_port: int
    context: ssl.SSLContext

    @property
    def url(self) -> str:
        return f"https://localhost:{self.https_port}"


def nginx_command(folder: Path, ports: tuple[int, int], upstream: int) -> list[str]:
    """Our file with this machine's ports and certificate in it, and the least around it."""
    leaf, private = certificate(folder)
    (folder / "acme" / ".well-known" / "acme-challenge").mkdir(parents=True)
    (folder / "acme" / ".well-known" / "acme-challenge" / "token").write_text("answer")
    text = (DEPLOY / "nginx.conf").read_text()
    text = text.replace("server 127.0.0.1:8080", f"server 127.0.0.1:{upstream}")
    text = re.sub(r"listen (\[::\]:)?80;", lambda found: "" if found[1] else f"listen 127.0.0.1:{ports[0]};", text)
    text = re.sub(r"listen (\[::\]:)?443 ", lambda found: "#" if found[1] else f"listen 127.0.0.1:{ports[1]} ", text)
    text = text.replace("/etc/letsencrypt/live/care.example.org/fullchain.pem", str(leaf))
    text = text.replace("/etc/letsencrypt/live/care.example.org/privkey.pem", str(private))
    text = text.replace("/var/www/letsencrypt", str(folder / "acme"))
    text = text.replace("https://care.example.org$", f"https://localhost:{ports[1]}$").replace("care.example.org", "localhost")
    (folder / "site.conf").write_text(text)
    places = "".join(f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = f"user root;\npid {folder}/pid;\nevents {{}}\nhttp {{\n{places}include {folder}/site.conf;\n}}\n"
    (folder / "nginx.conf").write_text(main)
    line = [str(NGINX), "-p", str(folder), "-e", f"{folder}/error.log", "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*line, "-t"], capture_output=True, text=True, timeout=30, check=False)
    assert checked.returncode == 0, checked.stderr
    return [*line, "-g", "daemon off;"]


def caddy_command(folder: Path, ports: tuple[int, int], upstream: int) -> list[str]:
    leaf, private = certificate(folder)
    text = (DEPLOY / "Caddyfile").read_text().replace("127.0.0.1:8080 {", f"127.0.0.1:{upstream} {{")
    own = f"localhost:{ports[1]} {{\n\ttls {leaf} {private}\n\tbind 127.0.0.1"
    text = re.sub(r"^care\.example\.org \{", lambda _: own, text, flags=re.M)
    head = f"{{\n\tadmin off\n\tskip_install_trust\n\thttp_port {ports[0]}\n\thttps_port {ports[1]}\n}}\n"
    (folder / "Caddyfile").write_text(head + text)
    line = [str(CADDY), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    checked = subprocess.run(
        [str(CADDY), "validate", *line[2:]], capture_output=True, text=True, timeout=30, check=False, env=home(folder)
    )
    assert checked.returncode == 0, checked.stderr
    return line


def home(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "PATH": "/usr/bin:/bin"}


@contextmanager
def proxy(kind: str, folder: Path, ports: tuple[int, int], upstream: int) -> Iterator[Front]:
    """Run the proxy with our file until the block ends."""
    folder.mkdir()
    line = (nginx_command if kind == "nginx" else caddy_command)(folder, ports, upstream)
    log = folder / "output.log"
    with log.open("wb") as output:
        process = subprocess.Popen(line, stdout=output, stderr=output, env=home(folder))
    try:
        wait_until(lambda: _listens(ports[1]) and _listens(ports[0]), 20, log.read_text)
        yield Front(*ports, ssl.create_default_context(cafile=str(folder / "fullchain.pem")))
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@asynccontextmanager
async def echo() -> AsyncIterator[int]:
    """An upstream that says which headers reached it."""

    async def handle(request: web.Request) -> web.Response:
        return web.json_response({name.lower(): value for name, value in request.headers.items()})

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()


@pytest.mark.parametrize("kind", PROXIES)
async def test_what_a_client_claims_about_itself_is_thrown_away(kind: str, tmp_path: Path) -> None:
    claims = {"X-Forwarded-For": "10.9.9.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    claims |= {"Forwarded": "for=10.9.9.9", "X-Real-IP": "10.9.9.9"}
    async with echo() as upstream, aiohttp.ClientSession() as http:
        with proxy(kind, tmp_path / kind, (free_port(), free_port()), upstream) as front:
            async with http.get(front.url + "/api/v1/clinic", headers=claims, ssl=front.context) as answer:
                seen = await answer.json()
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert seen["host"] == f"localhost:{front.https_port}"
    assert not {"x-forwarded-host", "forwarded", "x-real-ip"} & set(seen)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", PROXIES)
def test_the_product_behind_a_proxy(kind: str, tmp_path: Path) -> None:
    ports = free_port(), free_port()
    config = tmp_path / "telemed.toml"
    config.write_text(
        f'[clinic]\nname = "Behind"\nphone = "+49 30 1"\n[server]\nbase_url = "https://localhost:{ports[1]}"\nport = 0\n'
        f'trusted_proxies = ["127.0.0.1"]\n[media]\nudp_port = 0\nworkers = 1\n[secrets]\ninstallation_key = "{KEY}"\n'
    )
    config.chmod(0o600)
    upstream = free_port()
    with serving(tmp_path, "--config", str(config), "--port", str(upstream)):
        with proxy(kind, tmp_path / kind, ports, upstream) as front:
            asyncio.run(visit(front, kind))


async def visit(front: Front, kind: str) -> None:
    plain = f"http://localhost:{front.http_port}"
    async with aiohttp.ClientSession() as http:
        async with http.get(plain + "/j?a=1", allow_redirects=False) as moved:
            # Caddy's https_port is the one behind a forwarded 443, so it names none.
            wanted = front.url if kind == "nginx" else "https://localhost"
            assert moved.status in (301, 308) and moved.headers["Location"] == f"{wanted}/j?a=1"
        if kind == "nginx":
            async with http.get(plain + "/.well-known/acme-challenge/token") as answer:
                assert await answer.text() == "answer"
        async with http.get(front.url + "/j", ssl=front.context) as page:
            assert page.status == 200 and "Behind" in await page.text()
            assert "max-age" in page.headers["Strict-Transport-Security"]
        for path in ("/metrics", "/readyz"):
            async with http.get(front.url + path, ssl=front.context) as hidden:
                assert hidden.status == 404 and b"telemed_" not in await hidden.read()
        await _socket(front, http)
        for size, refusals in TOO_LARGE[kind].items():
            body = io.BytesIO(b"x" * size)
            async with http.post(front.url + "/api/v1/auth/login", data=body, ssl=front.context) as large:
                assert large.status in refusals, size
        own = {"Origin": front.url}
        account = {"email": "a@b.example", "password": "x" * 20}
        async with http.post(front.url + "/api/v1/auth/login", json=account, headers=own, ssl=front.context) as refused:
            assert refused.status == 401, "our own origin is known although the server speaks HTTP"
        async with http.post(
            front.url + "/api/v1/auth/login", json=account, headers={"Origin": "https://evil.example"}, ssl=front.context
        ) as strange:
            assert strange.status == 403


async def _socket(front: Front, http: aiohttp.ClientSession) -> None:
    """A WebSocket opens, stays beyond a ping, and foreign pages get none."""
    path = front.url + "/socket.io/?EIO=4&transport=websocket"
    async with http.ws_connect(path, ssl=front.context, headers={"Origin": front.url}) as socket:
        assert (await socket.receive_str(timeout=10)).startswith("0{")
        assert await socket.receive_str(timeout=10) == "2", "the ping of Engine.IO"
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await http.ws_connect(path, ssl=front.context, headers={"Origin": "https://evil.example"})


def test_the_shown_unit_is_the_one_that_is_installed() -> None:
    places = (Path("/var/lib/telemed"), Path("/var/backups/telemed"))
    program, config = Path("/opt/telemed/.venv/bin/telemed"), Path("/etc/telemed/telemed.toml")
    assert (DEPLOY / "telemed.service").read_text() == render(Service("telemed", program, config, places, 8080, Limits()))


def test_the_containerfile_can_be_read() -> None:
    """No builder is on a test machine; this reads it as buildah does: instructions, continued lines, stages, JSON forms."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Containerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    named = [line.split()[0] for line in lines]
    assert set(named) <= INSTRUCTIONS and named[0] == "FROM" and named.count("ENTRYPOINT") == named.count("CMD") == 1
    stages = {line.split()[-1] for line in lines if " AS " in line}
    assert all(stage in stages for line in lines for stage in re.findall(r"--from=(\S+)", line))
    for line in lines:
        if line.split()[0] in ("ENTRYPOINT", "CMD", "VOLUME"):
            assert isinstance(yaml.safe_load(line.split(maxsplit=1)[1]), list)
    last = lines[named.index("FROM", 1) :]
    assert any(line == "USER telemed" for line in last), "the server never runs as root"


def test_the_compose_file_can_be_read() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert set(compose) == {"services", "volumes"} and set(compose["services"]) == {"telemed", "caddy"}
    for service in compose["services"].values():
        assert service["network_mode"] == "host" and ("image" in service or "build" in service)
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (DEPLOY / source).exists()
    build = compose["services"]["telemed"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).exists()
