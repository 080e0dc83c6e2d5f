"""`python -m mien`: the program, where it is not on the PATH."""

from mien.cli.main import main

if __name__ == "__main__":
    main()
