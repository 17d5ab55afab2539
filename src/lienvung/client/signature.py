"""Whether a delivery to a webhook is from the server that knows the subscription's token.

if not verify_signature(request.body, token, request.headers["GS1-Signature"]):
    refuse()
"""

from __future__ import annotations

import hashlib
import hmac

PREFIX = "sha256="


def signature_of(body: bytes, token: str) -> str:
    """The value of the header GS1-Signature: HMAC-SHA256 over the bytes of the body, in hexadecimal."""
    return hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


def verify_signature(body: bytes, token: str, header: str) -> bool:
    """Compares in constant time, over the bytes as they came (parse them only afterwards). Some servers write the
    algorithm before the signature ("sha256=…")."""
    given = header.strip().lower().removeprefix(PREFIX)
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), signature_of(body, token).encode())
