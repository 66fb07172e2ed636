"""Sign-on with the firm's own account: OpenID Connect's code flow with PKCE, and an ID token that is verified.

Network goes to the configured issuer only, and to hosts that an admin named beside it. Nobody gets an account by
signing on: an admin made it before, and its role, sessions and matters are Casebrief's own.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.errors import CasebriefError, NotAllowed, WrongUsage
from assistant.settings import Settings
from ui.messages import log_fault

if TYPE_CHECKING:
    from assistant.store.database import Database
    from assistant.store.people import User

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the issuer can make; "none" and those by a shared secret are not among them."""

PENDING_S = 600.0
"""Seconds that a person has at the issuer's page."""

_MOST_PENDING = 10_000
_KEPT_S = 3600.0  # of what the issuer says of itself
_RENEW_S = 60.0  # between looks for a key that is not known
_LEEWAY_S = 60  # by which the two clocks may differ
_TIMEOUT_S = 10.0
_AGAIN = "Begin again from the login page; if it goes on, tell your administrator."


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-on that was begun: by which browser, with which secrets, and until when (seconds, monotonic)."""

    browser: str
    nonce: str
    verifier: str
    back: str
    until: float


class SignOn:
    """The client of one issuer. What was begun is kept in memory and can be finished once.

    Attributes:
        issuer: The configured address; ID tokens must name it.
        hosts: The hosts that are spoken to.
    """

    def __init__(self, settings: Settings) -> None:
        self.issuer = settings.oidc_issuer
        self.claim = settings.oidc_claim
        self.client_id = settings.oidc_client_id
        named = {host.strip().lower() for host in settings.oidc_hosts.split(",") if host.strip()}
        self.hosts = frozenset(named | {_host_of(self.issuer)})
        self._secret = _read_secret(settings)
        self._pending: dict[str, Pending] = {}
        self._kept: dict[str, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def begin(self, browser: str, back: str) -> str:
        """Give the issuer's page to send a browser to.

        Args:
            browser: A secret that this browser holds as a cookie: no other one can finish.
            back: Our address that the issuer sends it back to.

        Raises:
            CasebriefError: The issuer does not answer, or names a host that nobody has allowed.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        page = self._address("authorization_endpoint")
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        now = time.monotonic()
        with self._lock:
            self._pending = {key: one for key, one in self._pending.items() if one.until > now}
            if len(self._pending) >= _MOST_PENDING:
                del self._pending[next(iter(self._pending))]
            self._pending[state] = Pending(_hash(browser), nonce, verifier, back, now + PENDING_S)
        return str(
            prepare_grant_uri(
                page,
                client_id=self.client_id,
                response_type="code",
                redirect_uri=back,
                scope="openid email profile",
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        )

    def take(self, browser: str, state: str) -> Pending:
        """Give what was begun under a state, which then is used up.

        Args:
            browser: The secret of `begin`, from the browser's cookie.
            state: As the browser brings it back.

        Raises:
            NotAllowed: It was not begun by this browser, has been used, or is too old.
        """
        with self._lock:
            begun = self._pending.pop(state, None)
        mine = begun is not None and secrets.compare_digest(begun.browser, _hash(browser))
        if begun is None or not mine or begun.until <= time.monotonic():
            raise NotAllowed("This sign-in was not begun in this browser, or is used up or too old.", do=_AGAIN)
        return begun

    def redeem(self, begun: Pending, code: str, issuer: str = "") -> dict[str, Any]:
        """Give the verified claims about the person whom the issuer sent back with a code.

        Args:
            begun: From `take`.
            code: As the browser brings it, "" where the issuer gave none.
            issuer: Who sends it back, where it says so (RFC 9207), or "".

        Raises:
            NotAllowed: There is no code, or the ID token does not hold: its signature, issuer, audience, time or nonce.
            CasebriefError: The issuer does not answer as it should.
        """
        if not code or issuer not in ("", self.issuer):
            raise NotAllowed("Your firm's sign-on did not let you in.", do=_AGAIN)
        return self._verify(self._fetch_tokens(code, begun), begun.nonce)

    def _fetch_tokens(self, code: str, begun: Pending) -> dict[str, Any]:
        """Exchange the code for the tokens."""
        methods = self._facts().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        address = self._address("token_endpoint")
        with _explain_network(self.issuer), self._open_client(method if self._secret else "none") as client:
            tokens = client.fetch_token(
                address,
                grant_type="authorization_code",
                code=code,
                code_verifier=begun.verifier,
                redirect_uri=begun.back,
            )
        return dict(tokens)

    def _verify(self, tokens: dict[str, Any], nonce: str) -> dict[str, Any]:
        """Give the claims of an ID token that holds."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError, JoseError
        from joserfc.jws import JWSRegistry

        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        value = str(tokens.get("id_token") or "")
        try:
            try:
                token = jwt.decode(value, self._keys(), registry=registry)
            except InvalidKeyIdError:  # the issuer may have new keys
                token = jwt.decode(value, self._keys(renew=True), registry=registry)
            wanted = {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self.client_id},
            }
            params = {"nonce": nonce, "client_id": self.client_id, "access_token": tokens.get("access_token")}
            claims = CodeIDToken(token.claims, token.header, wanted, params)
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            log_fault(error, "sign-on")
            raise NotAllowed(
                "What your firm's sign-on answered could not be verified.",
                expected=f"an ID token for {self.client_id}, signed and in time",
                do=_AGAIN,
            ) from None
        return dict(claims)

    def _facts(self) -> dict[str, Any]:
        """Give what the issuer says of itself; it must be the one that was configured."""
        found = self._fetch("facts", self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise CasebriefError(
                "The sign-on issuer calls itself otherwise than it is configured.",
                expected=f"{self.issuer}, to the letter",
                do="Correct CASEBRIEF_OIDC_ISSUER.",
            )
        return found

    def _keys(self, *, renew: bool = False) -> Any:
        """Give the issuer's public keys for signatures."""
        from joserfc.jwk import KeySet

        found = self._fetch("keys", self._address("jwks_uri"), kept_s=_RENEW_S if renew else _KEPT_S)
        keys = [
            key
            for key in found.get("keys") or ()
            if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"
        ]
        return KeySet.import_key_set({"keys": keys})

    def _address(self, name: str) -> str:
        """Give one of the issuer's addresses, if it is on a host that an admin has named.

        Raises:
            CasebriefError: It is on another one, or not protected on its way.
        """
        address = str(self._facts().get(name) or "")
        if _host_of(address) not in self.hosts or urlsplit(address).scheme != urlsplit(self.issuer).scheme:
            raise CasebriefError(
                f"The sign-on issuer names an address ({name}) on a host that nobody has allowed.",
                do="If it is the issuer's own, add the host to CASEBRIEF_OIDC_HOSTS.",
            )
        return address

    def _fetch(self, name: str, address: str, kept_s: float = _KEPT_S) -> dict[str, Any]:
        """Give a JSON object of the issuer's; from memory where it was fetched within `kept_s`."""
        at, found = self._kept.get(name, (float("-inf"), None))
        if found is None or time.monotonic() - at > kept_s:
            with _explain_network(self.issuer), self._open_client("none") as client:
                answer = client.request("GET", address, withhold_token=True, headers={"Accept": "application/json"})
                answer.raise_for_status()
                found = answer.json()
                if not isinstance(found, dict):
                    raise ValueError("no JSON object")
            self._kept[name] = (time.monotonic(), found)
        return dict(found)

    def _open_client(self, method: str) -> Any:
        """Open a client that follows no redirect and takes no proxy from the environment."""
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            self.client_id,
            self._secret,
            token_endpoint_auth_method=method,
            trust_env=False,
            follow_redirects=False,
            timeout=_TIMEOUT_S,
        )


def open_sign_on(settings: Settings) -> SignOn | None:
    """Give the client of the configured issuer, or None where none is configured.

    Raises:
        WrongUsage: The issuer is set without a client id, or its secret cannot be read.
    """
    return SignOn(settings) if settings.oidc_issuer else None


def find_person(db: Database, claims: dict[str, Any], claim: str) -> User:
    """Give the account that an admin made for whom the claims are about.

    Raises:
        NotAllowed: The address is not verified, there is no such account, or it is closed.
    """
    from assistant.store import people

    given = claims.get(claim)
    if claim == "email" and claims.get("email_verified") is not True:
        raise NotAllowed(
            "Your firm's sign-on does not say that your e-mail address is verified.",
            do="Ask an administrator: CASEBRIEF_OIDC_CLAIM may name another claim.",
        )

    def fold(name: Any) -> Any:
        return name.casefold() if claim == "email" and isinstance(name, str) else name

    found = [user for user in people.list_users(db) if given and fold(user.name) == fold(given)]
    if len(found) != 1:
        raise NotAllowed(
            "There is no account here for your firm's account.",
            do="Ask an administrator to add a person whose login is what your firm's account is called.",
        )
    if found[0].disabled:
        raise NotAllowed("Your account here is closed.", do="Ask an administrator.")
    return found[0]


def may_use_password(settings: Settings, role: str) -> bool:
    """Tell whether a role may log in by password."""
    if not settings.oidc_issuer or settings.local_login == "everybody":
        return True
    return settings.local_login == "admins" and role == "admin"


@contextmanager
def _explain_network(issuer: str) -> Iterator[None]:
    """Turn what goes wrong between us and the issuer into one sentence; nothing of an answer is repeated."""
    try:
        yield
    except CasebriefError:
        raise
    except Exception as error:
        log_fault(error, "sign-on")
        raise CasebriefError(
            f"Your firm's sign-on at {_host_of(issuer)} did not answer as it should.",
            do="Try again in a minute; an administrator finds the cause in logs/casebrief.log.",
        ) from None


def _read_secret(settings: Settings) -> str:
    """Give the client's secret, "" where it has none."""
    if not settings.oidc_client_id:
        raise WrongUsage("CASEBRIEF_OIDC_ISSUER is set without a client id.", do="Set CASEBRIEF_OIDC_CLIENT_ID too.")
    if settings.oidc_client_secret_file is None:
        return ""
    try:
        secret = settings.oidc_client_secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise WrongUsage(
            f"The file of the sign-on secret cannot be read: {type(error).__name__}.",
            do="Correct CASEBRIEF_OIDC_CLIENT_SECRET_FILE.",
        ) from None
    if not secret:
        raise WrongUsage("The file of the sign-on secret is empty.", do="Write the client's secret into it.")
    return secret


def _host_of(address: str) -> str:
    """Give host and port of an address, in lower case."""
    return urlsplit(address).netloc.lower()


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
