"""``python -m bikefit``."""

from bikefit.cli import main

if __name__ == "__main__":
    main()
