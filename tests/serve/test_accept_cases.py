"""One table of Accept headers, asked of `mirld serve`, Apache, nginx and Caddy.

`needs` in the table says what a server must know to answer: `names` of types, other `aliases` for them, `weights`, or
`parameters` that a type is not told apart by (Apache takes `level` for such a one).
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from mirld.cli.serve_config import command as serve_config
from mirld.serve.hosting import HOSTS, KINDS
from mirld.serve.negotiation import RESOURCE_FORMS
from mirld.serve.site import Request, Site

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "site" / "content" / "negotiation" / "accept.json").read_text(encoding="utf-8"))
ABLE = {
    "apache": {"names", "weights"},
    "caddy": {"names", "aliases", "parameters", "weights"},
    "nginx": {"names", "aliases", "parameters", "weights"},
}
PROGRAMS = {"apache": "apache2", "caddy": "caddy", "nginx": "nginx"}
MODULES = ["mpm_event", "authz_core", "dir", "headers", "mime", "negotiation", "rewrite"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a site of one page in every form."""
    site = tmp_path_factory.mktemp("accept") / "site"
    page = site / "model" / "unet" / "x"
    page.mkdir(parents=True)
    for form in RESOURCE_FORMS:
        (page / f"index.{form.ending}").write_text(f"{form.ending}\n", encoding="utf-8")
    (site / "list").mkdir()
    (site / "list" / "index.html").write_text("list\n", encoding="utf-8")
    (site / "404.html").write_text("lost\n", encoding="utf-8")
    (site / "a.json").write_text("{}\n", encoding="utf-8")
    for parent in (site, *site.rglob("*")):  # a server started by root reads as another user
        parent.chmod(0o755 if parent.is_dir() else 0o644)
    for parent in site.parents:
        if parent.stat().st_uid == os.getuid():
            parent.chmod(parent.stat().st_mode | 0o011)
    return site


def command(kind: str, site: Path, port: int) -> list[str]:
    """Write the configuration that mirld gives, with what is this machine's, and name the command that runs it."""
    own = site.parent / kind
    own.mkdir()
    text = KINDS[kind]().replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace("/var/www/mir", str(site))
    file = own / "config"
    if kind == "apache":
        loads = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in MODULES)
        head = (
            f"ServerRoot {own}\nListen 127.0.0.1:{port}\nServerName localhost\nPidFile {own}/pid\nErrorLog {own}/log\n"
        )
        if os.getuid() == 0:
            head += "User www-data\nGroup www-data\n"
        file.write_text(
            f"{head}{loads}TypesConfig /dev/null\nDocumentRoot {site}\n"
            f"<Directory {site}>\nRequire all granted\n{text}</Directory>\n"
        )
        return ["apache2", "-f", str(file), "-D", "FOREGROUND"]
    if kind == "nginx":
        temporary = "".join(
            f"{name}_temp_path {own}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        file.write_text(f"daemon off;\npid {own}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n")
        return ["nginx", "-c", str(file), "-e", str(own / "log")]
    file.write_text("{\nadmin off\n}\n" + text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]


Ask = Callable[..., tuple[int, dict[str, str], str]]


@contextmanager
def running(kind: str, site: Path) -> Iterator[Ask]:
    """Run a server on loopback; give a function from path and Accept to status, headers and body."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "HOME": str(site.parent), "XDG_DATA_HOME": str(site.parent)}
    with (site.parent / f"{kind}.said").open("wb") as said:
        process = subprocess.Popen(command(kind, site, port), stderr=said, stdout=said, env=environment)

    def ask(path: str, accept: str, known: str = "", method: str = "GET") -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(
            method, path, headers=({"Accept": accept} if accept else {}) | ({"If-None-Match": known} if known else {})
        )
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body

    try:
        for _ in range(100):
            try:
                ask("/", "")
                break
            except OSError:
                assert process.poll() is None, (site.parent / f"{kind}.said").read_text()
                time.sleep(0.1)
        yield ask
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="module", params=sorted(PROGRAMS))
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[str, Ask]]:
    """Run each server that is installed."""
    if shutil.which(PROGRAMS[request.param]) is None:
        pytest.skip(f"{PROGRAMS[request.param]} is not installed")
    with running(request.param, folder) as ask:
        yield request.param, ask


def test_table_has_sixty_cases() -> None:
    """The table asks at least sixty different headers."""
    assert len({case["accept"] for case in CASES}) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["accept"] or "none")
def test_serve_gives_the_form_of_the_table(folder: Path, case: dict[str, str | None]) -> None:
    """`mirld serve` answers every header of the table with its form, and 406 where there is none."""
    answer = Site(folder).respond(Request(path="/model/unet/x/", headers={"accept": str(case["accept"])}))
    if case["form"] is None:
        assert answer.status == 406
    else:
        assert (answer.status, answer.body.decode().strip()) == (200, case["form"])


def test_other_servers_give_the_form_of_the_table(server: tuple[str, Ask]) -> None:
    """A configured server answers as the table says, with its type, place and validators, all it is able to weigh."""
    kind, ask = server
    types = {form.ending: form.content_type for form in RESOURCE_FORMS}
    wrong = []
    for case in CASES:
        if case["needs"] not in ABLE[kind]:
            continue
        status, headers, body = ask("/model/unet/x/", case["accept"])
        got = body.strip() if status == 200 else None
        right = got == case["form"] and status in (200, 406) and "accept" in headers.get("vary", "").lower()
        right = right and headers.get("access-control-allow-origin") == "*"
        if status == 200 and got in types:
            right = right and headers["content-type"].replace(" ", "") == types[got].replace(" ", "")
            right = right and headers["content-location"].endswith(f"index.{got}") and "etag" in headers
        if not right:
            wrong.append((case, status, headers, body[:20]))
    assert not wrong, "\n".join(str(one) for one in wrong)


def test_other_servers_see_other(server: tuple[str, Ask]) -> None:
    """A name without its slash is sent on by 303, and what is not there is 404, both with CORS."""
    _, ask = server
    for path, expected in (("/model/unet/x", 303), ("/model/unet/y", 404)):
        status, headers, _ = ask(path, "text/turtle")
        assert (status, headers.get("access-control-allow-origin")) == (expected, "*")
        if expected == 303:
            assert headers["location"].endswith("/model/unet/x/")


def test_other_servers_know_what_a_reader_has(server: tuple[str, Ask]) -> None:
    """A reader that has the form is told so by 304, with CORS, and each form has a validator of its own."""
    _, ask = server
    tags = {ask("/model/unet/x/", form.media_type)[1]["etag"] for form in RESOURCE_FORMS}
    assert len(tags) == len(RESOURCE_FORMS)
    tag = ask("/model/unet/x/", "text/turtle")[1]["etag"]
    status, headers, _ = ask("/model/unet/x/", "text/turtle", tag)
    assert (status, headers.get("access-control-allow-origin")) == (304, "*")


def test_other_servers_send_dotted_ids_to_their_pages(server: tuple[str, Ask]) -> None:
    """A dotted id, with or without its prefix or a slash behind it, is sent to the path of its page."""
    _, ask = server
    for path, target in (
        ("/mir:model.unet.x", "/model/unet/x/"),
        ("/mir:model.unet.x:base", "/model/unet/x/base/"),
        ("/mir%3Amodel.unet.x:base/", "/model/unet/x/base/"),
        ("/model.unet.x-1.5:base@fp8@sai", "/model/unet/x-1.5/base@fp8@sai/"),
        ("/info.art.llama-3.1@8?a=b", "/info/art/llama-3.1@8/?a=b"),
    ):
        status, headers, _ = ask(path, "text/turtle")
        assert (path, status, headers.get("access-control-allow-origin")) == (path, 301, "*")
        assert headers["location"].endswith(target)
    assert ask("/mir:gopher.unet.x", "")[0] == 404


def test_other_servers_keep_the_query_and_refuse_a_slash_behind_a_file(server: tuple[str, Ask]) -> None:
    """A name's query goes with it to its page; a file is none with a slash behind it."""
    _, ask = server
    assert ask("/model/unet/x?a=b", "")[1]["location"].endswith("/model/unet/x/?a=b")
    assert (ask("/a.json", "")[0], ask("/a.json/", "")[0]) == (200, 404)


def test_other_servers_answer_preflight(server: tuple[str, Ask]) -> None:
    """OPTIONS of a page, a name, a dotted id and a file is 204 with the methods and headers that may be sent."""
    _, ask = server
    for path in ("/model/unet/x/", "/model/unet/x", "/mir:model.unet.x", "/a.json"):
        status, headers, body = ask(path, "", method="OPTIONS")
        assert (path, status, body) == (path, 204, "")
        assert headers["access-control-allow-origin"] == "*"
        assert "GET" in headers["access-control-allow-methods"]
        assert "If-None-Match" in headers["access-control-allow-headers"]


def test_other_servers_show_the_page_of_what_is_lost(server: tuple[str, Ask]) -> None:
    """What is not there is answered by the site's own page, with no trace of the form that was asked for."""
    _, ask = server
    for path in ("/nothing", "/nothing/", "/nothing.ttl"):
        status, headers, body = ask(path, "text/turtle, text/html")
        assert (path, status, body) == (path, 404, "lost\n")
        assert headers["content-type"].replace(" ", "") == "text/html;charset=utf-8"
        assert not {"link", "content-location"} & set(headers)


def test_other_servers_link_every_form(server: tuple[str, Ask]) -> None:
    """Each page names its forms in one Link header, as `mirld serve` does."""
    _, ask = server
    expected = ", ".join(
        f'</model/unet/x/index.{form.ending}>; rel="alternate"; type="{form.media_type}"' for form in RESOURCE_FORMS
    )
    for accept in ("", "text/turtle"):
        assert ask("/model/unet/x/", accept)[1]["link"] == expected


def test_other_servers_link_no_form_that_a_list_has_not(server: tuple[str, Ask]) -> None:
    """A page of HTML alone is sent without a Link header to forms that are not there."""
    _, ask = server
    status, headers, body = ask("/list/", "text/html")
    assert (status, body) == (200, "list\n")
    assert "link" not in headers


def test_command_writes_what_the_module_makes() -> None:
    """`mirld serve-config KIND` prints each configuration, and refuses a server it does not know."""
    for kind, configure in {**KINDS, **HOSTS}.items():
        assert CliRunner().invoke(serve_config, [kind]).output == configure()
    assert CliRunner().invoke(serve_config, ["gopher"]).exit_code == 2
