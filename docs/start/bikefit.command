#!/bin/sh
# bikefit in a window of the macOS Terminal; closing the window ends it.
export PATH="$HOME/.local/bin:/opt/homebrew/bin:/usr/local/bin:$PATH"
exec bikefit app
