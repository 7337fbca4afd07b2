"""Every benchmark, one after the other: `make bench`, or `python -m benchmarks sandbox` for one of them.

The exit code is 0 only if every promised figure was met.
"""

import subprocess
import sys

BENCHMARKS = ("sandbox", "pipeline", "metrics", "session_reads")


def main() -> int:
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = set(wanted) - set(BENCHMARKS)
    if unknown:
        print(f"No benchmark is named {', '.join(sorted(unknown))}. There are: {', '.join(BENCHMARKS)}.")
        return 2
    failed = []
    for name in wanted:
        print(f"\n## {name}\n", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nNot met: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
