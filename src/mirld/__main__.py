"""`python -m mirld`."""

from mirld.cli import main

if __name__ == "__main__":
    main()
