"""Floor 5: what must hold of a registry, and what keeps its files right.

    findings   what is wrong, as values: Finding, Report
    shapes     SHACL core compiled into tests that prove a node right      shacl     those, and pySHACL on the rest
    scope      what a rule may look at                                     lint      rules that SHACL core cannot say
    ledger     rules by which no name is lost, and the records of names    places    the file and line of a finding
    run        all of it over a loaded corpus                              form      the one form of a data file
    state      what the last check knew                                    changed   a check of what changed since
    skeleton   the first statements of a new entry

Rules of this room:
1. pySHACL is the authority on shapes: what is compiled only decides which nodes need not be shown to it.
2. A rule looks at one resource and asks the rest through `Scope.around`; so a change can be checked alone, and the
   report of that is the report of a check of everything.
3. A problem in the data is a value; being unable to go on is an exception.
"""
