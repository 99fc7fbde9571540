"""The one error tree of mirld.

    MirldError                     exit 70  a bug, when nothing below fits
    ├── UsageError                 exit 2   the command line asks for something that does not exist
    ├── InputError                 exit 3   something read is wrong: file, line and column when known
    │   ├── IdError                exit 3   a text is no MIR id: position and suggestion
    │   ├── SyntaxInputError       exit 3   a file does not parse
    │   ├── UnknownNameError   exit 1   nothing has this name, or more than one thing: what was meant, in `hint`
    │   ├── QueryError             exit 3   a SPARQL query does not parse or run
    │   ├── WeightError            exit 3   a weights file is malformed, over a limit, or of no known format
    │   └── ConflictError          exit 3   two files claim one entry
    ├── OutputError                exit 3   something could not be written; what was there is untouched
    └── UnreachableError           exit 4   a remote end did not answer

A problem in the data is a finding (a value of `mirld.check`); being unable to go on is one of these.
Every message is one sentence: what is wrong, where, and (in `hint`) what to do.
"""

from __future__ import annotations

EXIT_YES = 0
EXIT_NO = 1
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_UNKNOWN = 4
EXIT_BUG = 70


class MirldError(Exception):
    """Root of the tree: `message` says what and where, `hint` how to mend it."""

    exit_code: int = EXIT_BUG

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class UsageError(MirldError):
    """The command line names something that does not exist or does not go together."""

    exit_code = EXIT_USAGE


class InputError(MirldError):
    """Something that was read is wrong; `file`, `line` and `column` (both from 1) say where when known."""

    exit_code = EXIT_INPUT

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.file = file
        self.line = line
        self.column = column

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{where}: {self.message}" if where else self.message


class IdError(InputError):
    """A text is no canonical MIR id: `position` (from 0) is where reading stopped, `suggestion` the likely id."""

    def __init__(self, message: str, *, text: str, position: int, suggestion: str | None = None) -> None:
        hint = f"write {suggestion}" if suggestion else None
        super().__init__(message, hint=hint)
        self.text = text
        self.position = position
        self.suggestion = suggestion


class SyntaxInputError(InputError):
    """A file does not parse as what its name says it is."""


class UnknownNameError(InputError, KeyError):
    """No entry has a name, or several have it; for whoever expects a mapping, a KeyError."""

    exit_code = EXIT_NO


class QueryError(InputError):
    """A SPARQL query does not parse, or cannot be run."""


class WeightError(InputError):
    """A weights file is malformed, goes over a limit, or is of no format that is read.

    `offence` is the fault in a word or two that programs can compare, such as `overlap` or `unknown-dtype`.
    """

    def __init__(self, message: str, *, offence: str, file: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, file=file, hint=hint)
        self.offence = offence


class ConflictError(InputError):
    """Two files of one source claim the same entry."""


class OutputError(MirldError):
    """Something could not be written; what stood there before is untouched."""

    exit_code = EXIT_INPUT


class UnreachableError(MirldError):
    """A remote end did not answer."""

    exit_code = EXIT_UNKNOWN
