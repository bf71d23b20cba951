"""The CA's certificates: short-lived, named after the machine, and for the hosts that are decrypted alone."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from farebox.ca import certificate
from farebox.ca.names import Names

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
NAMES = Names(("api.openai.com",))


def made(names: Names | None = NAMES, machine: str = "ada") -> tuple[certificate.Key, x509.Certificate]:
    key = certificate.new_key()
    return key, certificate.root(key, names, machine, NOW)


def test_it_is_named_after_farebox_and_the_machine() -> None:
    _, root = made()

    assert root.subject.rfc4514_string().startswith("2.5.4.5=")
    assert "CN=farebox on ada,O=farebox" in root.subject.rfc4514_string()
    assert certificate.is_ours(root)


def test_a_long_name_is_cut_to_what_a_certificate_can_have() -> None:
    _, root = made(machine="x" * 200)

    assert len(root.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value) == 64


def test_two_cas_of_a_machine_have_different_names() -> None:
    assert made()[1].subject != made()[1].subject


def test_its_key_is_on_p_256_and_it_ends_after_two_years() -> None:
    key, root = made()

    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert certificate.kind(root) == "EC secp256r1"
    assert root.not_valid_after_utc == NOW + dt.timedelta(days=730)
    assert root.not_valid_before_utc < NOW


def test_it_is_a_ca_for_servers_alone() -> None:
    extensions = made()[1].extensions

    assert extensions.get_extension_for_class(x509.BasicConstraints).critical
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_cert_sign, usage.digital_signature) == (True, False)
    assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.SERVER_AUTH]


@pytest.mark.parametrize("names", [NAMES, None])
def test_names_are_read_back(names: Names | None) -> None:
    assert certificate.names_of(made(names)[1]) == names


def test_constraints_are_critical() -> None:
    assert made()[1].extensions.get_extension_for_class(x509.NameConstraints).critical


def test_other_names_keep_key_subject_and_end() -> None:
    key, before = made()
    after = certificate.with_names(key, before, Names(("api.openai.com", "llm.example")))

    assert (after.subject, after.public_key()) == (before.subject, before.public_key())
    assert after.not_valid_after_utc == before.not_valid_after_utc
    assert certificate.names_of(after) == Names(("api.openai.com", "llm.example"))
    assert after.serial_number != before.serial_number


def test_a_ca_of_somebody_else_is_neither_ours_nor_self_made() -> None:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Corp")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    theirs = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + certificate.LIFE)
    signed = theirs.sign(key, hashes.SHA256())

    assert not certificate.is_ours(signed)
    assert not certificate.is_self_made(signed)
    assert certificate.kind(signed) == "RSA 2048"


@pytest.mark.parametrize(("days", "expected"), [(30, 30), (5000, 730)])
def test_a_cross_signed_certificate_ends_with_the_grace_or_the_old_ca(days: int, expected: int) -> None:
    old_key, old = made()
    new_key, new = made()
    cross = certificate.cross_signed(new, old, old_key, NOW + dt.timedelta(days=days))

    assert (cross.subject, cross.issuer) == (new.subject, old.subject)
    assert cross.public_key() == new_key.public_key()
    assert cross.not_valid_after_utc == NOW + dt.timedelta(days=expected)
    cross.verify_directly_issued_by(old)


def test_a_fingerprint_is_written_as_openssl_does() -> None:
    text = certificate.fingerprint(made()[1])

    assert len(text.split(":")) == 32
    assert text == text.upper()
