"""`python -m certain_eloqua.cli`, where the command is not installed."""

from certain_eloqua.cli import main

main(prog_name="certain-eloqua")
