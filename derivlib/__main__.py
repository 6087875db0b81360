"""`python -m derivlib`."""

import sys

from derivlib.cli import main

if __name__ == "__main__":
    sys.exit(main())
