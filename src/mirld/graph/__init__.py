"""Floor 2: a corpus of files and quads, in both directions.

    corpus    which files there are, and the bytes in them
    load      bytes of Turtle → `Dataset`
    scan      where in a text of Turtle a statement, a comment or a blank node stands
    dataset   quads by named graph, and one merged view indexed by subject and by object
    agreement  which statements several sources make, and which were outvoted by whom
    infer     what follows from an entry's IRI, for it and for its parts
    describe  the triples of one page
    collector the collector of cycles, paused while much is made
    turtle, ntriples, jsonld   writers, each with one way to write a graph
    files     files replaced whole or not at all
    query     SPARQL over a dataset, answers as text
    saved     the queries that come with a registry
    rules     classification by rule, into a graph of its own
    store     triples into a store of SPARQL
    asking    all that a build asks in SPARQL: rules, then saved queries

Rules of this room:
1. A term is an `Iri` or a `Literal`; a triple is a plain tuple of (subject IRI, predicate IRI, term).
2. There are no blank nodes; reading one is an InputError.
3. Only `load`, `query`, `rules`, `store` and `asking` import pyoxigraph; the rest is standard library, so that writers
   start at once.
"""
