"""``python -m certain_eloqua_sandbox``: the same as ``certain-eloqua sandbox``."""

import sys

from certain_eloqua_sandbox.run import main

if __name__ == "__main__":
    sys.exit(main())
