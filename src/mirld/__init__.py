"""mirld: the registry of machine-intelligence resources (MIR) as linked data."""

__version__ = "0.1.0.dev0"
