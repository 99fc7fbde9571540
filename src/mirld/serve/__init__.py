"""Floor 7: a built site over HTTP.

    negotiation  which representation an Accept header asks for
    site         a folder of pages → responses: negotiation, validators, redirects
    answers      look-ups as JSON, below /api/
    hosting      the table of representations → configuration of Apache, nginx, Caddy, and of hosts (edge, w3id)
    sparql       the SPARQL 1.1 Protocol over the registry
    server       sockets: the only module that knows http.server

Rules of this room: a response is a function of a request and a folder; headers that every answer carries are set in one
place (`site.finish`); nothing outside the folder is ever read.
"""
