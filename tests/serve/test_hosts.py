"""What is written for hosts that run a program, and for w3id.org, asked the table of Accept headers."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from mirld.serve.hosting import HOSTS
from mirld.serve.negotiation import RESOURCE_FORMS

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "site" / "content" / "negotiation" / "accept.json").read_text(encoding="utf-8"))
PAGE = "/model/unet/x/"
TYPES = {form.ending: form.content_type for form in RESOURCE_FORMS}

# A host of static files, as far as a program in front of it sees: folders are HTML, files have a type by ending.
ASSETS = """
const there = new Set(["/model/unet/x/", "/data/file.json", ...@ENDINGS@.map((one) => "/model/unet/x/index." + one)]);
async function assets(request) {
  const path = new URL(request.url).pathname;
  if (there.has(path + "/")) return new Response(null, { status: 307, headers: { Location: path + "/" } });
  if (!there.has(path)) return new Response("lost", { status: 404, headers: { "Content-Type": "text/html" } });
  const type = path.endsWith("/") ? "text/html" : "application/octet-stream";
  const tag = { "Content-Type": type, ETag: "tag" };
  if (request.headers.get("If-None-Match") === "tag") return new Response(null, { status: 304, headers: tag });
  return new Response(path.endsWith("/") ? path + "index.html" : path, { headers: tag });
}
"""
WORKER = """
import host from "./host.mjs";
const own = { next: assets, ASSETS: { fetch: assets } };
const out = [];
for (const { method, path, headers } of @ASKED@) {
  const request = new Request("https://mir.example" + path, { method, headers });
  const answer = host.fetch ? await host.fetch(request, own) : await host(request, own);
  out.push([answer.status, Object.fromEntries(answer.headers), await answer.text()]);
}
console.log(JSON.stringify(out));
"""
FUNCTION = """
const out = [];
for (const { path, headers } of @ASKED@) {
  const sent = {};
  for (const name of Object.keys(headers)) sent[name.toLowerCase()] = { value: headers[name] };
  out.push(handler({ request: { method: "GET", uri: path, headers: sent } }));
}
console.log(JSON.stringify(out));
"""


def run(folder: Path, program: str) -> list:
    """Run a program of JavaScript and read what it prints."""
    file = folder / "main.mjs"
    file.write_text(program, encoding="utf-8")
    done = subprocess.run(["node", str(file)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def asked(path: str, accept: str = "", method: str = "GET", **headers: str) -> dict:
    """Make one request; a missing Accept is an empty one."""
    return {"method": method, "path": path, "headers": {"Accept": accept, **headers}}


node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def ask_worker(folder: Path, kind: str, requests: list[dict]) -> list:
    """Ask a worker before a host of static files."""
    (folder / "host.mjs").write_text(HOSTS[kind](), encoding="utf-8")
    assets = ASSETS.replace("@ENDINGS@", json.dumps(sorted(TYPES)))
    return run(folder, assets + WORKER.replace("@ASKED@", json.dumps(requests)))


@node
@pytest.mark.parametrize("kind", ["cloudflare", "netlify"])
def test_workers_give_the_form_of_the_table(tmp_path: Path, kind: str) -> None:
    """The programs for Netlify and Cloudflare answer every header of the table as `mirld serve` does."""
    answers = ask_worker(tmp_path, kind, [asked(PAGE, case["accept"]) for case in CASES])
    wrong = []
    for case, (status, headers, body) in zip(CASES, answers, strict=True):
        form = case["form"]
        right = headers["vary"] == "Accept" and headers["access-control-allow-origin"] == "*"
        right = right and 'rel="alternate"; type="text/turtle"' in headers["link"]
        if form is None:
            right = right and status == 406
        else:
            right = right and (status, body) == (200, f"{PAGE}index.{form}") and headers["content-type"] == TYPES[form]
            right = right and headers["content-location"] == f"{PAGE}index.{form}" and headers["etag"] == "tag"
        if not right:
            wrong.append((case, status, headers, body))
    assert not wrong, "\n".join(map(str, wrong))


@node
@pytest.mark.parametrize("kind", ["cloudflare", "netlify"])
def test_workers_redirect_and_refuse(tmp_path: Path, kind: str) -> None:
    """They send names to pages and dotted ids to names, answer preflight, 304 and 404, all with CORS."""
    requests = [
        asked("/model/unet/x?a=b"),
        asked("/mir:model.unet.x"),
        asked("/mir%3Amodel.unet.x-1.5:base@fp8"),
        asked("/nothing"),
        asked("/data/file.json"),
        asked(PAGE, "text/turtle", **{"If-None-Match": "tag"}),
        asked(PAGE, method="OPTIONS"),
    ]
    answers = ask_worker(tmp_path, kind, requests)
    assert [status for status, _, _ in answers] == [303, 301, 301, 404, 200, 304, 204]
    assert {headers["access-control-allow-origin"] for _, headers, _ in answers} == {"*"}
    places = [headers.get("location") for _, headers, _ in answers[:3]]
    assert places == ["/model/unet/x/?a=b", "/model/unet/x/", "/model/unet/x-1.5/base@fp8/"]
    assert "Accept" in answers[6][1]["access-control-allow-headers"]


@node
def test_cloudfront_function_gives_the_form_of_the_table(tmp_path: Path) -> None:
    """The function of CloudFront asks the bucket for the form of the table, and redirects names and dotted ids."""
    more = [asked("/model/unet/x-1.5"), asked("/mir:model.unet.x:base"), asked("/data/SHA256SUMS"), asked("/.nojekyll")]
    requests = [asked(PAGE, case["accept"]) for case in CASES] + more
    answers = run(tmp_path, HOSTS["s3"]() + FUNCTION.replace("@ASKED@", json.dumps(requests)))
    got = [one.get("uri") or one["statusCode"] for one in answers[: len(CASES)]]
    assert got == [f"{PAGE}index.{case['form']}" if case["form"] else 406 for case in CASES]
    name, dotted, file, hidden = answers[len(CASES) :]
    assert (name["statusCode"], name["headers"]["location"]["value"]) == (303, "/model/unet/x-1.5/")
    assert (dotted["statusCode"], dotted["headers"]["location"]["value"]) == (301, "/model/unet/x/base/")
    assert (file["uri"], hidden["uri"]) == ("/data/SHA256SUMS", "/.nojekyll")


@pytest.mark.skipif(shutil.which("apache2") is None, reason="apache2 is not installed")
def test_w3id_sends_on_to_the_form_of_the_table(tmp_path: Path) -> None:
    """The .htaccess for w3id.org, in a folder of a real Apache, sends every header of the table to its form."""
    folder = tmp_path / "root" / "mir"
    folder.mkdir(parents=True)
    (folder / ".htaccess").write_text(HOSTS["w3id"](), encoding="utf-8")
    for place in (tmp_path, *tmp_path.parents):
        if place.stat().st_uid == os.getuid():
            place.chmod(place.stat().st_mode | 0o011)
    for place in tmp_path.rglob("*"):
        place.chmod(0o755 if place.is_dir() else 0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    loads = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "headers", "rewrite")
    )
    user = "User www-data\nGroup www-data\n" if os.getuid() == 0 else ""
    (tmp_path / "config").write_text(
        f"ServerRoot {tmp_path}\nListen 127.0.0.1:{port}\nServerName localhost\nPidFile {tmp_path}/pid\n"
        f"ErrorLog {tmp_path}/log\n{user}{loads}DocumentRoot {tmp_path}/root\n"
        f"<Directory {tmp_path}/root>\nRequire all granted\nAllowOverride All\nOptions FollowSymLinks\n</Directory>\n"
    )
    process = subprocess.Popen(["apache2", "-f", str(tmp_path / "config"), "-D", "FOREGROUND"])

    def ask(path: str, accept: str = "", method: str = "GET") -> tuple[int, str | None, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path, headers={"Accept": accept} if accept else {})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.getheader("Vary") == "Accept"
        return answer.status, answer.getheader("Location"), answer.getheader("Access-Control-Allow-Origin")

    try:
        for _ in range(100):
            try:
                ask("/mir/")
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        wrong = []
        # A wildcard beside a lower q-value of its first form is more than these rules weigh.
        beyond = [c for c in CASES if "/*" in c["accept"] and "text/html;q=0" in c["accept"] and c["form"] != "html"]
        assert len(beyond) == 5
        for case in CASES:
            if case in beyond:
                continue
            end = "" if case["form"] == "html" else f"index.{case['form']}"
            place = f"https://example.org/model/unet/x/{end}"
            expected = (303, place, "*") if case["form"] else (406, None, "*")
            got = ask("/mir/model/unet/x", case["accept"])
            if got != expected:
                wrong.append((case, got))
        assert not wrong, "\n".join(map(str, wrong))
        assert ask("/mir/mir:model.unet.x:base") == (301, "https://example.org/model/unet/x/base/", "*")
        assert ask("/mir/model.unet.x@fp8") == (301, "https://example.org/model/unet/x@fp8/", "*")
        assert ask("/mir/data/mirld.nq") == (303, "https://example.org/data/mirld.nq", "*")
        assert ask("/mir/", "text/turtle")[1] == "https://example.org/"
        assert ask("/mir/model/unet/x", method="OPTIONS")[0] == 204
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_what_github_cannot_do_is_said() -> None:
    """The workflow for GitHub Pages says that nothing chooses among forms there, and where the choice is made."""
    text = HOSTS["github"]()
    assert "cannot choose among forms" in text
    assert "mirld serve-config w3id" in text
    for form in RESOURCE_FORMS[1:]:
        assert f"index.{form.ending}" in text


def test_readme_for_w3id_names_every_form() -> None:
    """The README that w3id.org asks for names every form and a place for its maintainers."""
    text = HOSTS["w3id-readme"]()
    assert all(form.media_type in text for form in RESOURCE_FORMS)
    assert "## Maintainers" in text
