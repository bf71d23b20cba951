"""What clients are shown: certificates that the CA signs, for the names that it may certify."""

import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography import x509
from mitmproxy import ctx
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.certs import CertStore, CertStoreEntry

from ..ca import folder as ca_folder
from ..ca.certificate import names_of
from ..ca.names import Names, wanted
from ..config.settings import Settings

_NAME = "mitmproxy"
_KEY_BITS = 2048


def confdir(settings: Settings) -> Path:
    """Return the folder of the CA, in the state in which mitmproxy can read it. SettingsError if it cannot be used."""
    machine = socket.gethostname()
    folder = ca_folder.prepare(Path(settings.ca), wanted(settings, machine), machine)
    with ca_folder.claimed(folder):
        # Also writes a file that mitmproxy wants beside the CA, which several workers must not write at once.
        CertStore.from_store(folder, _NAME, _KEY_BITS)
    return folder


class ConstrainedStore(CertStore):
    """A CertStore whose certificates have no name beyond those of its CA: with one, clients refuse the whole.

    mitmproxy copies all names of the server's certificate.
    """

    names: Names | None = None

    def get_cert(
        self, commonname: str | None, sans: Iterable[x509.GeneralName], *more: Any, **named: Any
    ) -> CertStoreEntry:
        given = list(sans)
        kept = [name for name in given if self.names is None or self.names.cover(str(name.value).removeprefix("*."))]
        if kept and len(kept) < len(given):
            commonname = str(kept[0].value)
        return super().get_cert(commonname, kept or given, *more, **named)


class OwnTlsConfig(TlsConfig):
    """mitmproxy's TlsConfig with a ConstrainedStore."""

    name = "tlsconfig"

    def configure(self, updated: set[str]) -> None:
        super().configure(updated)  # type: ignore[no-untyped-call]
        store: CertStore | None = getattr(self, "certstore", None)
        if store is not None and not isinstance(store, ConstrainedStore):
            # Its constructor's parameters differ between versions of mitmproxy.
            own = ConstrainedStore.__new__(ConstrainedStore)
            own.__dict__.update(store.__dict__)
            own.names = names_of(ca_folder.read(Path(ctx.options.confdir).expanduser()).root)
            self.certstore = own


def certified_names() -> Names | None:
    """Return the names that the CA may certify; None stands for every name, as with mitmdump's own CA."""
    store = getattr(ctx.master.addons.get("tlsconfig"), "certstore", None)
    return store.names if isinstance(store, ConstrainedStore) else None
