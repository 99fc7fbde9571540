"""Floor 6: a registry into pages.

    links      IRIs to paths of pages, and links between pages
    material   all that pages are made from, loaded once
    contexts   what each template sees, as frozen dataclasses
    pages      the table of views: kind of page → template, context; and the list of all pages
    entry_pages, with entry_files, entry_running, entry_relations and entry_sources   entries → contexts
    vocabulary_pages, register_pages, list_pages, conflict_pages, document_pages   all else → contexts
    forms      a page's triples as JSON-LD, Turtle and N-Triples
    render     the environment of the templates
    dumps      the whole registry as files
    build      a corpus → (path, bytes), in one process or several
    output     a folder that is replaced whole or not at all
    linkcheck  every link of a built site leads somewhere

Rules of this room:
1. `build` is a function from a corpus to (path, bytes); only `output` writes, only `material` and `dumps` read.
2. Templates see plain values: no RDF, no query, no logic past if, for and macro. Only `render` imports jinja2.
3. Text of the registry is never trusted: autoescape is on, and only LINKABLE schemes become links.
4. Same corpus, same bytes: whatever the folder, the hash seed, the order of files on disk or the number of workers.
"""
