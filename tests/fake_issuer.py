"""An OpenID Connect issuer on this machine: it checks what a careful one checks, and signs what a test tells it to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "casebrief", "s3cret of the client"
PIA = {"sub": "u-17", "email": "Pia.Novak@firm.example", "email_verified": True, "preferred_username": "pia"}


@cache
def make_key(name: str) -> RSAKey:
    """Give the key of a name, the same one each time."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


class FakeIssuer:
    """Serves on a free port. A test changes `claims`, `header`, `facts` or `signer` and looks at `asked`."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.asked: list[str] = []
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.facts: dict[str, Any] = {}
        self.signer = "first"
        self.published = ["first"]
        self.codes: dict[str, dict[str, str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answering", (_Handler,), {"issuer": self}))
        self.address = f"http://{host}:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def authorize(self, query: dict[str, str]) -> str:
        """Give the address that a browser is sent back to."""
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def grant(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Give tokens for a code, once, to who began and has the secret; None for anyone else."""
        begun = self.codes.pop(form.get("code", ""), None)
        challenge = _encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        basic = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if begun is None or basic != f"{CLIENT}:{SECRET}":
            return None
        if begun["code_challenge"] != challenge or begun["redirect_uri"] != form["redirect_uri"]:
            return None
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.sign(begun["nonce"])}

    def sign(self, nonce: str) -> str:
        """Give an ID token about Pia, changed as the test wants."""
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **PIA,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.signer, **self.header}
        if header["alg"] == "none":
            return f"{_encode(json.dumps(header).encode())}.{_encode(json.dumps(claims).encode())}."
        if header["alg"] == "HS256":  # the public key taken for a shared secret
            signed = ".".join(_encode(json.dumps(part).encode()) for part in (header, claims))
            secret = make_key("first").as_pem(private=False)
            return f"{signed}.{_encode(hmac.digest(secret, signed.encode(), 'sha256'))}"
        return jwt.encode(header, claims, make_key(self.signer), algorithms=[header["alg"]])

    def describe(self) -> dict[str, Any]:
        """Give what the issuer says of itself."""
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {
            "issuer": self.address,
            **{name: f"{self.address}/{path}" for name, path in places.items()},
            **self.facts,
        }


class _Handler(BaseHTTPRequestHandler):
    issuer: FakeIssuer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.issuer.asked.append(parts.path)
        if parts.path == "/authorize":
            self.send_response(302)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            self.send_header("Location", self.issuer.authorize(query))
            self.end_headers()
        elif parts.path == "/keys":
            self._answer({"keys": [make_key(name).as_dict(private=False) for name in self.issuer.published]})
        else:
            self._answer(self.issuer.describe())

    def do_POST(self) -> None:
        self.issuer.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        tokens = self.issuer.grant(form, self.headers.get("Authorization", ""))
        self._answer(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

    def _answer(self, value: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
