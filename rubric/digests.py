"""Canonical JSON and the SHA-256 digests made from it."""

import hashlib
import json


def canonical(content: object) -> str:
    """`content` as JSON with sorted keys, no white space and unescaped characters: equal content, equal text."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(content: object) -> str:
    """SHA-256 of the UTF-8 canonical JSON of `content`, as `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(canonical(content).encode()).hexdigest()}"
