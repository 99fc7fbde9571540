"""The classes of a library and the parameters that each defines, read from its package: docs/decisions/0012."""
