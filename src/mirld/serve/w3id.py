"""What a pull request to w3id.org holds, and a workflow for GitHub Pages, which leaves the choice of forms to it."""

from __future__ import annotations

from mirld.serve.accept_patterns import WILDCARDS, accept_patterns
from mirld.serve.dotted import DOTTED, with_groups
from mirld.serve.edge import ENDINGS
from mirld.serve.negotiation import RESOURCE_FORMS
from mirld.serve.site import ALLOWED, SENT

HOST = "https://example.org"
"""Stands for the address of the site until its owner puts it in."""


def configure_w3id() -> str:
    """Write the .htaccess of a folder of w3id.org; it needs mod_headers and mod_rewrite alone."""
    lines = [
        f"# {HOST} is the address the site is served from. The form is chosen here, so a host that cannot will do.",
        'Header always set Access-Control-Allow-Origin "*"',
        'Header always set Access-Control-Expose-Headers "Location, Vary"',
        "Header always merge Vary Accept",
        f'Header always set Access-Control-Allow-Methods "{ALLOWED}"',
        f'Header always set Access-Control-Allow-Headers "{SENT}"',
        "RewriteEngine On",
        "",
        "# Preflight.",
        "RewriteCond %{REQUEST_METHOD} =OPTIONS",
        "RewriteRule ^ - [R=204,L]",
        "",
        "# Dotted ids.",
    ]
    lines += [f"RewriteRule ^{pattern} {HOST}{with_groups(path, '${}')} [R=301,L]" for pattern, path in DOTTED]
    lines += [
        "",
        "# Files, data and assets are what they are.",
        r"RewriteRule ^((?:assets|api|data|schema|shapes|\.well-known)/.*|.*\."
        rf"(?:{ENDINGS}))$ "
        rf"{HOST}/$1 [R=303,L,NE]",
        "",
        "# The first page is sent on as it is.",
        f"RewriteRule ^$ {HOST}/ [R=303,L]",
        "",
        "# Names: the page, or the form of it that Accept wants.",
    ]
    html = RESOURCE_FORMS[0].ending
    for pattern, choice in accept_patterns():
        # A wildcard stands for its first form here, also where the header names that one with a lower q-value.
        ending = WILDCARDS[choice][0].ending if choice in WILDCARDS else choice
        target = "" if ending == html else f"index.{ending}"
        lines.append(f'RewriteCond %{{HTTP:Accept}} "{pattern}" [NC]')
        lines.append(rf"RewriteRule ^(.*[^/])/?$ {HOST}/$1/{target} [R=303,L,NE]")
    lines.append("RewriteRule ^ - [R=406,L]")
    return "\n".join(lines) + "\n"


def write_w3id_readme() -> str:
    """Write the README that w3id.org asks for beside an .htaccess."""
    forms = "\n".join(f"- {form.media_type}: `{HOST}/…/index.{form.ending}`" for form in RESOURCE_FORMS)
    return f"""# MIR ids

Permanent identifiers of machine learning models, their variants and their vocabulary.

A name, such as `model/unet/stable-diffusion-xl/base`, is sent by 303 to its page at {HOST}, in the form the
reader's Accept header asks for:

{forms}

A dotted id, such as `mir:model.unet.stable-diffusion-xl:base`, is sent by 301 to the same page.
Both files are written by `mirld serve-config w3id` and `mirld serve-config w3id-readme`.

## Maintainers

- NAME, GitHub user USER
"""


def configure_github() -> str:
    """Write a workflow that publishes the site on GitHub Pages, which can be told nothing but its files."""
    endings = ", ".join(f"index.{form.ending}" for form in RESOURCE_FORMS[1:])
    return f"""# .github/workflows/pages.yml
# GitHub Pages cannot choose among forms: a page is HTML whatever Accept says, and never 406. Its other forms are
# reached by their own addresses ({endings}), which each page names in link elements.
# It sends no Vary, Content-Location or Link, answers a name without its slash by 301 in place of 303, and knows no
# dotted ids. It does send Access-Control-Allow-Origin: *, types by ending, ETag, and 404.html.
# For the choice of forms, let the names be those of w3id.org: mirld serve-config w3id.
name: Pages
on:
  push:
    branches: [main]
permissions:
  contents: read
  pages: write
  id-token: write
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: github-pages
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install mirld
      - run: mirld build public
      - uses: actions/upload-pages-artifact@v3
        with:
          path: public
      - uses: actions/deploy-pages@v4
"""
