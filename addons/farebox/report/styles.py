"""Styles of terminal output. Data only.

A terminal's background is light or dark, and no program can ask which. Of the eight colours, only red and magenta can
be read on both: yellow, cyan and green vanish on white, blue on black. So amounts have no colour.
"""

MONEY = "bold"
BAD = "red"
WARNING = "magenta"
# Times, ids and headers: less than what they stand beside.
QUIET = "dim"
# For a mark alone, whose character tells the same.
GOOD_MARK = "green"
