"""What can go wrong, by whose fault it is."""


class FareboxError(Exception):
    """An error whose text names the thing at fault and the fix; the command line prints it as it is."""


class SettingsError(FareboxError):
    """A setting is wrong: the user's to mend."""


class LedgerError(FareboxError):
    """The ledger cannot be used as it is: the user's to mend."""


class LedgerAwayError(LedgerError):
    """The ledger cannot be reached or written now; nothing is wrong with what was to be written, so try again.

    `trouble` is what keeps it away, for those who know which ledger it is.
    """

    def __init__(self, text: str, trouble: str | None = None) -> None:
        super().__init__(text)
        self.trouble = trouble or text


class ReadOnlyError(LedgerAwayError):
    """The ledger can be read, and not be written."""


class WireError(FareboxError):
    """The peer sent bytes that are not what they say they are."""
