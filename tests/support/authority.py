"""A server's certificate for any names, also for those that no registrar would accept."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_DAY = timedelta(days=1)


def issue(folder: Path, hosts: Iterable[str]) -> tuple[Path, Path, Path]:
    """Write a CA's certificate, a certificate of it for `hosts`, and its key to `folder`; return their paths."""
    authority = trustme.CA()
    signer = serialization.load_pem_private_key(authority.private_key_pem.bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.load_pem_x509_certificate(authority.cert_pem.bytes()).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - _DAY)
        .not_valid_after(datetime.now(UTC) + _DAY)
        .add_extension(x509.SubjectAlternativeName(map(x509.DNSName, hosts)), critical=True)
        .sign(signer, hashes.SHA256())
    )
    paths = (folder / "upstream-ca.pem", folder / "upstream.pem", folder / "upstream.key")
    contents = (
        authority.cert_pem.bytes(),
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths
