"""Configuration for other people's servers, made from the same table of representations that `mirld serve` answers by.

Apache weighs q-values itself. nginx and Caddy match patterns in the order of the q-values' first decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from mirld.serve.accept_patterns import WILDCARDS, accept_patterns, rest_patterns
from mirld.serve.dotted import DOTTED, with_groups
from mirld.serve.edge import configure_cloudflare, configure_netlify, configure_s3
from mirld.serve.negotiation import RESOURCE_FORMS
from mirld.serve.site import ALLOWED, EXPOSED, SENT
from mirld.serve.w3id import configure_github, configure_w3id, write_w3id_readme

_EXPOSED = f'"{EXPOSED}"'
_PREFLIGHT = {
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": SENT,
    "Access-Control-Max-Age": "86400",
}
_LAST = RESOURCE_FORMS[-1].ending  # lists are HTML alone: a page that has the last form has them all


def configure_apache() -> str:
    """Write directives for a `<Directory>` or an .htaccess file; needs mod_dir, headers, mime, negotiation, rewrite."""
    lines = [
        "# The IRI names the thing: it is sent on to its page, where the form is chosen by Accept.",
        "Options +MultiViews",
    ]
    lines += ["DirectorySlash Off", "DirectoryIndex index", "AddDefaultCharset Off", "FileETag MTime Size", ""]
    # Of equal wishes the form that stands first in the table wins: Apache multiplies qs with the q of the header.
    for number, form in enumerate(RESOURCE_FORMS):
        lines.append(f'AddType "{form.media_type};qs={1 - number / 1000:.3f}" .{form.ending}')
    lines += [
        'Header edit Content-Type "; *qs=[0-9.]+" ""',
        "AddCharset utf-8 .html .ttl",
        "",
        'Header always set Access-Control-Allow-Origin "*"',
    ]
    lines += [f"Header always set Access-Control-Expose-Headers {_EXPOSED}"]
    lines += ['Header always set X-Content-Type-Options "nosniff"', "Header always merge Vary Accept", ""]
    lines += [f'Header always set {name} "{value}"' for name, value in _PREFLIGHT.items()]
    lines += ["ErrorDocument 404 /404.html", ""]
    lines += ["RewriteEngine On", "RewriteCond %{REQUEST_METHOD} =OPTIONS", "RewriteRule ^ - [R=204,L]"]
    lines += [f"RewriteRule ^{pattern} {with_groups(path, '${}')} [R=301,L]" for pattern, path in DOTTED]
    lines += ["RewriteCond %{REQUEST_FILENAME} -d", "RewriteRule [^/]$ %{REQUEST_URI}/ [R=303,L]"]
    lines += [
        f"RewriteCond %{{DOCUMENT_ROOT}}%{{REQUEST_URI}}index.{_LAST} -f",
        "RewriteRule ^(.*/)?$ - [E=MIRLD_PAGE:%{REQUEST_URI}]",
    ]
    quoted = _links("%{MIRLD_PAGE}e").replace('"', r"\"")
    lines.append(f'Header set Link "{quoted}" env=MIRLD_PAGE')
    return "\n".join(lines) + "\n"


def configure_nginx() -> str:
    """Write a file for the http context: maps from Accept to the form, and one server."""
    lines = []
    for name, forms in WILDCARDS.items():
        lines += [f"map $http_accept $mirld_{name} {{", f"    default {forms[0].ending};"]
        lines += [f'    "~*{pattern}" {ending};' for pattern, ending in rest_patterns(name)] + ["}"]
    lines += ["map $http_accept $mirld_form {", "    default none;", f'    "" {RESOURCE_FORMS[0].ending};']
    for pattern, choice in accept_patterns():
        lines.append(f'    "~*{pattern}" {f"$mirld_{choice}" if choice in WILDCARDS else choice};')
    lines += ["}", "", "server {", "    listen 127.0.0.1:8080;", "    root /var/www/mir;", "    charset utf-8;"]
    lines += ["    charset_types text/html text/turtle text/plain;", "    absolute_redirect off;", "    types {"]
    lines += [f"        {media_type} {' '.join(endings)};" for media_type, endings in _types()]
    lines += ["    }", "    error_page 404 /404.html;", ""]
    for pattern, path in DOTTED:
        lines += [f'    location ~ "^/{pattern}" {{', *_nginx_headers()]
        lines += [f"        return 301 {with_groups(path, '${}')}$is_args$args;", "    }"]
    lines += ["", "    # Only what is printed: a line break in a path must not reach a header."]
    lines += ["    location ~ ^(?<folder>[!-~]*)/$ {", *_nginx_headers()]
    lines += ["        add_header Content-Location $folder/index.$mirld_form;"]
    lines += ['        set $mirld_links "";', f"        if (-f $document_root$folder/index.{_LAST}) {{"]
    lines += [f"            set $mirld_links '{_links('$folder/')}';", "        }"]
    lines += ["        add_header Link $mirld_links always;"]
    lines += ["        if ($mirld_form = none) {", "            return 406;", "        }"]
    lines += ["        rewrite ^ $folder/index.$mirld_form break;", "    }", "", "    location ~ ^[!-~]*[^/]$ {"]
    lines += [*_nginx_headers(), "        if (-d $request_filename) {", "            return 303 $uri/$is_args$args;"]
    lines += ["        }"]
    lines += ["        try_files $uri =404;", "    }", "}"]
    return "\n".join(lines) + "\n"


def configure_caddy() -> str:
    """Write a Caddyfile with one site."""
    lines = [
        "http://127.0.0.1:8080 {",
        "    root * /var/www/mir",
        "    header {",
        '        Access-Control-Allow-Origin "*"',
    ]
    lines += [
        f"        Access-Control-Expose-Headers {_EXPOSED}",
        "        X-Content-Type-Options nosniff",
        "        Vary Accept",
    ]
    lines.append("    }")
    for name, forms in WILDCARDS.items():
        lines.append(f"    map {{header.Accept}} {{mirld_{name}}} {{")
        lines += [f'        "~(?i){pattern}" {ending}' for pattern, ending in rest_patterns(name)]
        lines += [f"        default {forms[0].ending}", "    }"]
    lines.append("    map {header.Accept} {mirld_wish} {")
    lines += [f'        "~(?i){pattern}" {choice}' for pattern, choice in accept_patterns()]
    lines += ["        default none", "    }"]
    lines.append(
        f'    map "{{mirld_wish}} {" ".join(f"{name}={{mirld_{name}}}" for name in WILDCARDS)}" {{mirld_form}} {{'
    )
    lines += [f'        "~^{name} .*{name}=([a-z]+)" "${{1}}"' for name in WILDCARDS]
    lines += ['        "~^([a-z]+) " "${1}"', "    }", "    map {mirld_form} {mirld_type} {"]
    lines += [f'        {form.ending} "{form.content_type}"' for form in RESOURCE_FORMS]
    lines += [
        "        default text/plain",
        "    }",
        "    map {query} {mirld_query} {",
        '        "~^(.+)$" "?${1}"',
        '        default ""',
        "    }",
        "    @preflight method OPTIONS",
        "    handle @preflight {",
        *(f'        header {name} "{value}"' for name, value in _PREFLIGHT.items()),
        "        respond 204",
        "    }",
    ]
    for name, (pattern, path) in zip(("whole", "short"), DOTTED, strict=True):
        lines += [f'    @{name} path_regexp {name} "^/{pattern}"', f"    handle @{name} {{"]
        lines += [f"        redir * {with_groups(path, f'{{{{re.{name}.{{}}}}}}')}{{mirld_query}} 301", "    }"]
    lines += ["    @folder path_regexp folder ^(.*)/$", "    handle @folder {"]
    lines += ["        @none expression `{mirld_form} == 'none'`", "        error @none 406"]
    lines += ["        header Content-Type {mirld_type}"]
    lines += ["        header Content-Location {re.folder.1}/index.{mirld_form}"]
    lines += [f"        @forms file {{re.folder.1}}/index.{_LAST}"]
    lines += [f"        header @forms Link `{_links('{re.folder.1}/')}`"]
    lines += ["        rewrite * {re.folder.1}/index.{mirld_form}", "        file_server", "    }", "    handle {"]
    lines += ["        @directory file {path}/", "        redir @directory {path}/{mirld_query} 303"]
    for form in RESOURCE_FORMS:
        lines += [
            f"        @{form.ending} path *.{form.ending}",
            f'        header @{form.ending} Content-Type "{form.content_type}"',
        ]
    lines += ["        file_server", "    }", "    handle_errors {", "        header -Content-Location"]
    lines += ["        @lost expression {err.status_code} == 404", "        handle @lost {", "            header -Link"]
    lines += ['            header Content-Type "text/html; charset=utf-8"', "            rewrite * /404.html"]
    lines += ["            file_server", "        }", "    }", "}"]
    return "\n".join(lines) + "\n"


KINDS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {"apache": configure_apache, "caddy": configure_caddy, "nginx": configure_nginx}
)
"""Every server that a configuration is written for."""

HOSTS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "cloudflare": configure_cloudflare,
        "github": configure_github,
        "netlify": configure_netlify,
        "s3": configure_s3,
        "w3id": configure_w3id,
        "w3id-readme": write_w3id_readme,
    }
)
"""Every host, and the redirector w3id.org, that something is written for."""


def _types() -> Iterable[tuple[str, list[str]]]:
    for form in RESOURCE_FORMS:
        yield form.media_type, [form.ending]
    yield "text/css", ["css"]
    yield "text/javascript", ["js"]
    yield "application/json", ["json"]
    yield "image/svg+xml", ["svg"]
    yield "text/plain", ["txt", "abnf"]
    yield "application/trig", ["trig"]
    yield "application/n-quads", ["nq"]
    yield "application/wasm", ["wasm"]
    yield "font/woff2", ["woff2"]
    yield "application/xml", ["xml"]
    yield "image/png", ["png"]


def _nginx_headers() -> list[str]:
    return [
        '        add_header Access-Control-Allow-Origin "*" always;',
        f"        add_header Access-Control-Expose-Headers {_EXPOSED} always;",
        '        add_header X-Content-Type-Options "nosniff" always;',
        "        add_header Vary Accept always;",
        *(f'        add_header {name} "{value}" always;' for name, value in _PREFLIGHT.items()),
        "        if ($request_method = OPTIONS) {",
        "            return 204;",
        "        }",
    ]


def _links(folder: str) -> str:
    """Link header of the page in a folder, whose path ends with a slash."""
    return ", ".join(
        f'<{folder}index.{form.ending}>; rel="alternate"; type="{form.media_type}"' for form in RESOURCE_FORMS
    )
