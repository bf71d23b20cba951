"""The CA's certificates: self-signed, or signed by the CA before it, so that clients that know that one go on."""

import datetime as dt
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .names import Names

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

LIFE = dt.timedelta(days=730)
# For clients whose clock is behind.
_BEFORE = dt.timedelta(days=2)
_ORGANIZATION = "farebox"
_MITMPROXY = "mitmproxy"
# The longest common name that X.520 allows.
_NAME_LIMIT = 64


def new_key() -> Key:
    """Return a new private key on the curve P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def root(key: Key, names: Names | None, machine: str, now: dt.datetime) -> x509.Certificate:
    """Return a self-signed certificate for a CA on `machine` that certifies `names`; None stands for every name."""
    subject = _subject(key, machine)
    builder = _builder(key.public_key(), subject, names, now - _BEFORE, now + LIFE)
    return builder.issuer_name(subject).sign(key, hashes.SHA256())


def with_names(key: Key, before: x509.Certificate, names: Names | None) -> x509.Certificate:
    """Return the self-signed certificate `before` once more, for other `names`: same key, subject and end."""
    start, end = before.not_valid_before_utc, before.not_valid_after_utc
    builder = _builder(key.public_key(), before.subject, names, start, end)
    return builder.issuer_name(before.subject).sign(key, hashes.SHA256())


def cross_signed(new: x509.Certificate, old: x509.Certificate, old_key: Key, until: dt.datetime) -> x509.Certificate:
    """Return the certificate `new` as the CA `old` signs it, valid as long as `old` but no longer than `until`."""
    end = min(until, old.not_valid_after_utc, new.not_valid_after_utc)
    builder = _builder(new.public_key(), new.subject, names_of(new), new.not_valid_before_utc, end)
    try:
        known = old.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known)
    except x509.ExtensionNotFound:
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(old_key.public_key())
    builder = builder.add_extension(authority, critical=False)
    return builder.issuer_name(old.subject).sign(old_key, hashes.SHA256())


def names_of(certificate: x509.Certificate) -> Names | None:
    """Return the names to which `certificate` is constrained, None if it isn't."""
    try:
        permitted = certificate.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    except x509.ExtensionNotFound:
        return None
    subtrees = permitted or []
    return Names(
        tuple(one.value for one in subtrees if isinstance(one, x509.DNSName)),
        tuple(one.value for one in subtrees if isinstance(one, x509.IPAddress)),  # type: ignore[misc]
    )


def is_ours(certificate: x509.Certificate) -> bool:
    """Tell whether farebox made `certificate`; it doesn't change those of mitmproxy or of a company."""
    return _makers(certificate) == [_ORGANIZATION]


def is_self_made(certificate: x509.Certificate) -> bool:
    """Tell whether farebox or mitmproxy made `certificate` on this machine."""
    return _makers(certificate) in ([_ORGANIZATION], [_MITMPROXY])


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of `certificate`, in the usual spelling."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def kind(certificate: x509.Certificate) -> str:
    """Return the kind and the size of the key of `certificate`."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return f"RSA {key.key_size}" if isinstance(key, rsa.RSAPublicKey) else type(key).__name__


def pem(*certificates: x509.Certificate) -> bytes:
    """Return `certificates` in the form of files."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def key_pem(key: Key) -> bytes:
    """Return a private key in the form of files."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def _makers(certificate: x509.Certificate) -> list[object]:
    named = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return [one.value for one in named] if certificate.issuer == certificate.subject else []


def _subject(key: Key, machine: str) -> x509.Name:
    # With the key's own number, the names of two CAs of a machine differ: some clients look issuers up by name alone.
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, f"farebox on {machine}"[:_NAME_LIMIT]),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, hashlib.sha256(public).hexdigest()[:16]),
        ]
    )


def _builder(
    key: object, subject: x509.Name, names: Names | None, start: dt.datetime, end: dt.datetime
) -> x509.CertificateBuilder:
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "encipher_only", "decipher_only"),
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)  # type: ignore[arg-type]
    )
    if names is None:
        return builder
    permitted = [*map(x509.DNSName, names.domains), *map(x509.IPAddress, names.networks)]
    return builder.add_extension(x509.NameConstraints(permitted, None), critical=True)
