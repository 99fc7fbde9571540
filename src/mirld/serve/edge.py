"""The choice among forms as a program for hosts that run one before they answer: Netlify, Cloudflare, CloudFront."""

from __future__ import annotations

import json

from mirld.serve.negotiation import RESOURCE_FORMS
from mirld.serve.site import ALLOWED, EXPOSED, SENT
from mirld.vocab import DOMAINS

_CHOICE = r"""const FORMS = @FORMS@;
// A dotted id below the root, such as /mir:model.unet.x:base; an id without a domain is none.
const DOTS = "([a-z0-9._-]+)";
const HEAD = "^/(?:mir:)?(@DOMAINS@)[.]([a-z0-9_-]+)[.]";
const ID = new RegExp(HEAD + DOTS + "(?::" + DOTS + ")?((?:@[a-z0-9._-]+)*)$");

function ranges(header) {
  const found = [];
  const parts = (header || "").match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) || [];
  parts.forEach(function (part) {
    const pieces = (part.match(/(?:[^;"]|"(?:[^"\\]|\\.)*")+/g) || []).map(function (piece) {
      return piece.trim();
    });
    const named = /^([!#$%&'*+.^_`|~0-9a-z-]+)\/([!#$%&'*+.^_`|~0-9a-z-]+)$/.exec((pieces[0] || "").toLowerCase());
    if (!named || (named[1] === "*" && named[2] !== "*")) {
      return;
    }
    const range = { main: named[1], sub: named[2], quality: 1, parameters: 0 };
    for (let i = 1; i < pieces.length; i += 1) {
      const pair = /^\s*q\s*=\s*(.*)$/i.exec(pieces[i]);
      if (pair) {
        range.quality = /^(0(\.[0-9]{0,3})?|1(\.0{0,3})?)$/.test(pair[1]) ? Number(pair[1]) : 0;
        break;
      }
      range.parameters += 1;
    }
    found.push(range);
  });
  return found;
}

function rank(type, found) {
  const names = type.split("/");
  let best = { exact: 0, parameters: 0, quality: 0 };
  found.forEach(function (range) {
    const any = range.sub === "*";
    const fits = (range.main === "*" && any) || (range.main === names[0] && (any || range.sub === names[1]));
    const exact = fits ? (any ? (range.main === "*" ? 1 : 2) : 3) : 0;
    const closer = exact - best.exact || best.parameters - range.parameters || range.quality - best.quality;
    if (exact && closer > 0) {
      best = { exact: exact, parameters: range.parameters, quality: range.quality };
    }
  });
  return best;
}

// The form a header wants most, the earlier one of equals; null when it accepts none.
function choose(header) {
  const found = ranges(header);
  if (!found.length) {
    return FORMS[0];
  }
  let best = null;
  let highest = { quality: 0, outright: false };
  FORMS.forEach(function (form) {
    [form.type].concat(form.also).forEach(function (name, place) {
      const one = rank(name, found);
      const outright = one.exact === 3;
      // Another name counts only when the header says it outright.
      const more = one.quality - highest.quality || Number(outright) - Number(highest.outright);
      if ((place === 0 || outright) && one.quality > 0 && more > 0) {
        best = form;
        highest = { quality: one.quality, outright: outright };
      }
    });
  });
  return best;
}

function pathOf(path) {
  const id = ID.exec(path.replace(/%3A/gi, ":").replace(/%40/g, "@").replace(/\/$/, ""));
  return id ? "/" + id[1] + "/" + id[2] + "/" + id[3] + (id[4] ? "/" + id[4] : "") + id[5] + "/" : null;
}
"""

_ANSWER = r"""
const ALWAYS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "@EXPOSED@",
  "X-Content-Type-Options": "nosniff",
  Vary: "Accept",
};

function plain(status, more) {
  const body = status === 406 ? "this page has these forms: " + FORMS.map((form) => form.type).join(", ") + "\n" : null;
  return new Response(body, { status, headers: { ...ALWAYS, ...more } });
}

function withHeaders(found, more) {
  const answer = new Response(found.body, found);
  for (const [name, value] of Object.entries({ ...ALWAYS, ...more })) {
    answer.headers.set(name, value);
  }
  return answer;
}

async function answer(request, asset) {
  const url = new URL(request.url);
  const path = url.pathname;
  const ask = (place) =>
    asset(new Request(new URL(place + url.search, url), { method: request.method, headers: request.headers }));
  if (request.method === "OPTIONS") {
    return plain(204, {
      Allow: "@ALLOWED@",
      "Access-Control-Allow-Methods": "@ALLOWED@",
      "Access-Control-Allow-Headers": "@SENT@",
      "Access-Control-Max-Age": "86400",
    });
  }
  const named = pathOf(path);
  if (named) {
    return plain(301, { Location: named + url.search });
  }
  if (!path.endsWith("/")) {
    const found = await ask(path);
    if (found.ok || found.status === 304) {
      const type = (found.headers.get("Content-Type") || "").split(";")[0];
      if (type !== "text/html" || path.endsWith(".html")) {
        const own = FORMS.find((form) => path.endsWith("." + form.ending));
        return withHeaders(found, own ? { "Content-Type": own.sent } : {});
      }
    }
    const page = await ask(path + "/");
    return page.ok || page.status === 304 ? plain(303, { Location: path + "/" + url.search }) : withHeaders(found, {});
  }
  const form = choose(request.headers.get("Accept"));
  const links = FORMS.map((one) => `<${path}index.${one.ending}>; rel="alternate"; type="${one.type}"`).join(", ");
  if (!form) {
    return plain(406, { Link: links });
  }
  // The host itself sends its pages of HTML from the address of the folder.
  const found = await ask(form.ending === "html" ? path : path + "index." + form.ending);
  if (!found.ok && found.status !== 304) {
    return withHeaders(found, {});
  }
  const more = { "Content-Location": path + "index." + form.ending, Link: links };
  return withHeaders(found, found.ok ? { "Content-Type": form.sent, ...more } : more);
}
"""

_CLOUDFRONT = r"""
function handler(event) {
  const request = event.request;
  const path = request.uri;
  function see(status, text, place) {
    const headers = {
      "access-control-allow-origin": { value: "*" },
      vary: { value: "Accept" },
    };
    if (place) {
      headers.location = { value: place };
    }
    return { statusCode: status, statusDescription: text, headers: headers };
  }
  const named = pathOf(path);
  if (named) {
    return see(301, "Moved Permanently", named);
  }
  if (path.slice(-1) !== "/") {
    return FILE.test(path) ? request : see(303, "See Other", path + "/");
  }
  const form = choose(request.headers.accept ? request.headers.accept.value : "");
  if (!form) {
    return see(406, "Not Acceptable");
  }
  request.uri = path + "index." + form.ending;
  return request;
}
"""

# Of the site's files, those that are no page: the ending decides, since a function cannot look into the bucket.
ENDINGS = "abnf|css|csv|gz|html|ico|js|json|jsonld|nq|nt|png|rq|svg|trig|tsv|ttl|txt|wasm|woff2|xml"


def _choice() -> str:
    forms = [
        {"type": form.media_type, "ending": form.ending, "also": list(form.also), "sent": form.content_type}
        for form in RESOURCE_FORMS
    ]
    rows = ",\n".join("  " + json.dumps(form) for form in forms)
    return _CHOICE.replace("@FORMS@", f"[\n{rows},\n]").replace("@DOMAINS@", "|".join(DOMAINS))


def _answer() -> str:
    return _choice() + _ANSWER.replace("@EXPOSED@", EXPOSED).replace("@ALLOWED@", ALLOWED).replace("@SENT@", SENT)


def configure_netlify() -> str:
    """Write an edge function; it belongs in netlify/edge-functions/ of the repository."""
    head = "// netlify/edge-functions/mir.js: the form of a page is chosen by Accept before the host answers.\n"
    return (
        f"{head}{_answer()}\nexport default (request, context) => answer(request, (one) => context.next(one));\n\n"
        'export const config = { path: "/*" };\n'
    )


def configure_cloudflare() -> str:
    """Write a worker; it belongs in the folder of the site, as _worker.js."""
    head = "// _worker.js, beside index.html: the form of a page is chosen by Accept before Cloudflare Pages answers.\n"
    return (
        f"{head}{_answer()}\n"
        "export default { fetch: (request, env) => answer(request, (one) => env.ASSETS.fetch(one)) };\n"
    )


def configure_s3() -> str:
    """Write a CloudFront function (runtime cloudfront-js-2.0), with how to upload the files."""
    lines = [
        "// S3 cannot choose among forms: this function of CloudFront does, as the viewer request of a distribution",
        "// before the bucket. What it cannot do: see whether a page is there (a name without a page is sent on to",
        "// a 404), and add Content-Location and Link. Vary and Access-Control-Allow-Origin of what the bucket answers",
        "// come from a response headers policy: let it add both, for all origins. As error page for 403 and 404 name",
        "// /404.html. S3 guesses types by its own list, so say them on upload:",
        "//",
        "//   aws s3 sync public s3://BUCKET",
    ]
    lines += [
        f"//   aws s3 cp public s3://BUCKET --recursive --exclude '*' --include '*.{form.ending}' "
        f"--content-type '{form.content_type}'"
        for form in RESOURCE_FORMS
    ]
    return (
        "\n".join(lines)
        + "\n"
        + _choice()
        + rf"const FILE = /\.({ENDINGS})$|^\/\.|\/SHA256SUMS$/;"
        + "\n"
        + _CLOUDFRONT
    )
