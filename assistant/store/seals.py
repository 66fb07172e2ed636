"""Seals: AES-GCM under a key per matter, which the master key wraps; keyed hashes for lookups."""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.errors import DamagedState
from assistant.settings import Settings
from assistant.store.sealed_files import write_file

KEY_BYTES = 32
NONCE_BYTES = 12


def load_master_key(settings: Settings, *, create: bool = True) -> bytes:
    """Read the master key (32 bytes); make it on first use, readable by its owner only.

    Args:
        settings: Say where it lies.
        create: Where False, a missing key is an error, since sealed data exists that it opens.

    Raises:
        DamagedState: The file does not hold 32 bytes, or is missing though data was sealed with it.
    """
    path = settings.key_file
    if not path.exists():
        if not create:
            raise DamagedState(
                f"The master key file {path} is missing.",
                expected="the key that this data root was sealed with",
                do="Put the key back from its backup, or point CASEBRIEF_MASTER_KEY_FILE at it.",
            )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(path, os.urandom(KEY_BYTES), replace=False)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise DamagedState(
            f"The master key file {path} holds {len(key)} bytes.",
            expected=f"{KEY_BYTES} bytes",
            do="Put the key back from its backup.",
        )
    return key


def next_key_file(settings: Settings) -> Path:
    """Give where a rotation puts the new master key until it takes the old one's place."""
    return settings.key_file.with_name(f"{settings.key_file.name}.next")


def seal_bytes(key: bytes, data: bytes, bound: str) -> bytes:
    """Encrypt and authenticate `data` together with `bound`, which is not kept; a random nonce stands in front."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, bound.encode())


def unseal_bytes(key: bytes, blob: bytes, bound: str, what: str) -> bytes:
    """Open what `seal_bytes` made.

    Raises:
        DamagedState: A bit was changed, or another key or another `bound` sealed it; the error names `what`.
    """
    try:
        return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], bound.encode())
    except (InvalidTag, ValueError):
        raise DamagedState(
            f"The seal on the {what} does not hold: the data was changed, or another key sealed it.",
            do="Check the master key; restore the data root from its backup if the key is right.",
        ) from None


def derive_key(key: bytes, use: str) -> bytes:
    """Derive a key for another use, so that no key is used for two things."""
    return hmac.digest(key, use.encode(), "sha256")


def blind_text(key: bytes, text: str) -> str:
    """Give a keyed hash by which a text is found again without being kept; case and spacing do not matter."""
    return hmac.new(key, fold_text(text).encode(), hashlib.sha256).hexdigest()


def fold_text(text: str) -> str:
    """Give the form in which two spellings of a name are equal: NFKC, no case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
