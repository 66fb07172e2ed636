"""All settings, frozen, read once by the entry points and handed down.

Every setting may be given as an environment variable `CASEBRIEF_<NAME>`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import WrongUsage


class Settings(BaseSettings):
    """One firm's installation. Paths that are not set lie under `home`, the data root."""

    model_config = SettingsConfigDict(env_prefix="CASEBRIEF_", frozen=True, extra="ignore")

    home: Path = Field(
        default_factory=lambda: Path.home() / ".casebrief",
        description="Data root: database, sealed originals, index, adapters, models, logs.",
    )
    master_key_file: Path | None = Field(
        default=None,
        description="File of the master key (32 random bytes); default home/keys/master.key. Keep it on "
        "another disk and out of the backups of the data root.",
    )
    tombstone_file: Path | None = Field(
        default=None,
        description="File that remembers what was erased, ids only; default tombstones.jsonl beside the master key. "
        "Keep it out of the backups of the data root, so that a restored backup stays erased.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the web app listens on.")
    port: int = Field(default=7860, ge=1, le=65535, description="TCP port of the web app.")

    model: str = Field(
        default="smollm2-135m",
        description='Base model: "smollm2-135m" (shipped), a Hugging Face id, or a folder.',
    )
    models_folder: Path | None = Field(
        default=None, description="Folder of converted base models, which installations may share; default home/models."
    )
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="Weights in memory; auto takes bfloat16 only where the processor has it."
    )
    decode_weights: Literal["auto", "full"] = Field(
        default="auto",
        description="Weights that tokens are written with; auto takes 16 bits on a processor where the model's form "
        "allows it: three times as fast, the same tokens. Prompts are always read with the full weights.",
    )
    threads: int = Field(default=0, ge=0, le=256, description="Processor threads of the engine; 0 for all cores.")
    prefill_tokens: int = Field(default=256, ge=16, description="Tokens of a prompt read between checks for stop.")
    passage_tokens: int = Field(
        default=420, ge=64, le=8192, description="Tokens of passages that one part of a summary is written from."
    )

    profile: Literal["working", "strict"] = Field(
        default="working", description="Which identifiers are replaced: see docs, two profiles."
    )
    on_unsupported: Literal["source", "flag"] = Field(
        default="source",
        description="A sentence the source does not bear: replaced by the source's own words, or shown as unsupported.",
    )
    on_own_words: Literal["source", "flag"] = Field(
        default="source",
        description="A sentence that the model put together in its own words: replaced by the source's own, or shown "
        "as partly supported. A model larger than the shipped one may earn the second.",
    )

    max_file_mb: int = Field(default=200, ge=1, description="Largest file that is read, in MiB.")
    max_pages: int = Field(default=2000, ge=1, description="Pages read of one document.")
    page_timeout_s: float = Field(default=2.0, gt=0, description="Seconds a page without OCR.")
    ocr_page_timeout_s: float = Field(default=20.0, gt=0, description="Seconds a page with OCR.")
    document_timeout_s: float = Field(default=1800.0, gt=0, description="Seconds a document.")
    reader_memory_mb: int = Field(default=1024, ge=256, description="Memory of the process that reads, in MiB.")
    check_layers: bool = Field(
        default=True,
        description="Whether pages with an invisible text layer are read by OCR too, and words of the layer that their "
        "picture does not show taken out: costs the time of OCR on scans that carry their text.",
    )
    ocr_processes: int = Field(default=2, ge=1, le=64, description="Pages read by OCR at the same time.")

    held_out_share: float = Field(
        default=0.2, gt=0, lt=1, description="Share of documents, chosen by hash, kept from training for the test."
    )
    gate_margin: float = Field(
        default=0.01,
        ge=0,
        lt=1,
        description="ROUGE-1 points (0..1) by which a candidate may be worse and still pass: the lower end of the "
        "difference's 95% interval must lie above minus this.",
    )
    gate_support_margin: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Share (0..1) of supported sentences that the lower end of the difference's 95% interval may reach "
        "below the rival's, where the mean is no lower.",
    )
    gate_documents: int = Field(
        default=20, ge=1, description="Held-out documents below which a candidate is promoted only with a reason."
    )
    gate_exposure: float = Field(
        default=10.0,
        gt=0,
        description="Bits of exposure (Carlini et al. 2019) above which one of a round's canaries refuses the "
        "candidate: at 10 a guesser's search is cut a thousandfold, which chance does to one canary in 1,024.",
    )
    gate_membership: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="Share (0..1) of the corrections trained on that may be told by their loss at 1% false ones "
        "(Carlini et al. 2022); .01 is chance. Above it a candidate is promoted only with a reason.",
    )
    burst_corrections: int = Field(
        default=20, ge=1, description="Corrections of one user within 24 hours that never wait for an admin."
    )
    burst_factor: float = Field(
        default=3.0,
        ge=1,
        description="Times a user's usual day; more corrections a day than this, and than burst_corrections, wait.",
    )
    unaided_share: float = Field(
        default=0.0,
        ge=0,
        le=0.9,
        description="Share of filings, drawn by lot, whose first summary is withheld until the reviewer has submitted "
        "one written from the pages: what review time is compared with. 0 draws none.",
    )
    retention_months: int = Field(
        default=0,
        ge=0,
        le=1200,
        description="Months after the close of a matter from which it is due for erasure, where it says nothing "
        "else; 0: never. Nothing is erased by it: it is told to admins.",
    )
    price_per_hour: float = Field(
        default=0.0,
        ge=0,
        description="What an hour of this machine costs, in the firm's own currency, for a round's bill; 0: not told.",
    )
    session_hours: float = Field(default=12.0, gt=0, description="Hours until a login ends.")
    idle_minutes: float = Field(default=60.0, gt=0, description="Minutes without an action after which a login ends.")

    oidc_issuer: str = Field(
        default="",
        description="Address of the firm's OpenID Connect issuer (https); with it people sign in with their firm's "
        "account. It is the only host that Casebrief then speaks to, beside those in oidc_hosts.",
    )
    oidc_client_id: str = Field(default="", description="Name under which the issuer knows Casebrief.")
    oidc_client_secret_file: Path | None = Field(
        default=None, description="File of the secret that goes with oidc_client_id; none for a public client."
    )
    oidc_claim: Literal["email", "preferred_username", "sub"] = Field(
        default="email",
        description="What of the firm's account must be the name of an account here; an e-mail address only where the "
        "issuer says that it is verified.",
    )
    oidc_hosts: str = Field(
        default="",
        description="Further hosts, with commas between, that the issuer names for its tokens or keys.",
    )
    local_login: Literal["everybody", "admins", "nobody"] = Field(
        default="admins", description="Who may log in by password where an issuer is set; without one everybody may."
    )
    watch_root: Path | None = Field(
        default=None,
        description="Folder under which matters may have watched folders, outside the data root: files put there are "
        "taken in, signed-off summaries written there where an attorney allows it. They lie there unsealed.",
    )
    public_url: str = Field(
        default="",
        description="Address at which browsers reach the web app, such as https://casebrief.firm.example; where empty, "
        "as they asked for it. The issuer sends people back to it, at /sign-on/back.",
    )

    @field_validator("oidc_issuer", "public_url")
    @classmethod
    def _check_address(cls, address: str) -> str:
        """Let an address pass that nobody on the way can change: https, or this machine."""
        parts = urlsplit(address)
        safe = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
        )
        if address and not (safe and parts.hostname and not parts.query and not parts.fragment):
            raise ValueError("it must be an address that begins with https://")
        return address

    @property
    def database_url(self) -> str:
        """SQLAlchemy address of the embedded database."""
        return f"sqlite:///{self.home / 'casebrief.db'}"

    @property
    def key_file(self) -> Path:
        """Where the master key lies."""
        return self.master_key_file or self.home / "keys" / "master.key"

    @property
    def tombstones(self) -> Path:
        """Where it is written what was erased."""
        return self.tombstone_file or self.key_file.with_name("tombstones.jsonl")

    def folder(self, name: str) -> Path:
        """Give a folder under the data root, made where missing, readable by its owner only."""
        path = self.home / name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path


def load_settings(**given: object) -> Settings:
    """Build the settings from `given` and the environment; a wrong value names its variable.

    Raises:
        WrongUsage: A value is out of range or of the wrong kind.
    """
    try:
        return Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise WrongUsage(
            f"CASEBRIEF_{name.upper()} is {first.get('input')!r}: {first['msg'].lower()}.",
            do=f"Set CASEBRIEF_{name.upper()} or --{name.replace('_', '-')} to a valid value.",
        ) from None
