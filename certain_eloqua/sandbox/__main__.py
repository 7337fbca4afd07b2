"""``python -m certain_eloqua.sandbox``: the same as ``certain-eloqua sandbox``."""

import sys

from certain_eloqua.sandbox.run import main

if __name__ == "__main__":
    sys.exit(main())
