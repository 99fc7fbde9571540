"""A loader of an entry in Python: its code as text, and what it loads."""

from __future__ import annotations

from mirld.errors import UsageError
from mirld.lookup.loading import LoadCode


class EntryLoader:
    """How one library loads an entry; `answer` is all that is known of it."""

    __slots__ = ("answer",)

    def __init__(self, answer: LoadCode) -> None:
        self.answer = answer

    def __repr__(self) -> str:
        return f"<loader of {self.answer.id} with {self.answer.library or 'nothing'}>"

    def code(self) -> str:
        """Return Python that loads the entry and runs it; UsageError where too little is known, saying what."""
        found = self.answer.code
        if found is None:
            raise UsageError(f"{self.answer.id} has no code: {self.answer.unknown}")
        return found

    def load(self) -> object:
        """Load the entry with the installed library, and return what that makes: a pipeline, a model, a scheduler.

        Only the class that the registry names is imported, from a package of a fixed list; nothing is evaluated, and
        no code that comes with weights is run. What the library itself does, such as getting weights, it does.
        Raises UsageError when too little is known or the library is not installed, and InputError when the installed
        version has no such class.
        """
        from mirld.lookup.running import run

        return run(self.answer)
