"""Recognizers, one kind of identifier a file; `build_recognizers` says which profile uses which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ingest.recognizers.base import LegalRecognizer

Profile = Literal["working", "strict"]


def build_recognizers(profile: Profile) -> list[LegalRecognizer]:
    """Make the recognizers of a profile, in the order in which their files are worth reading."""
    from ingest.recognizers.addresses import Addresses
    from ingest.recognizers.aliases import Aliases
    from ingest.recognizers.capitalized import Capitalized
    from ingest.recognizers.citations import Citations
    from ingest.recognizers.codes import Codes
    from ingest.recognizers.contacts import Contacts
    from ingest.recognizers.courts import Courts
    from ingest.recognizers.dates import BirthDates, Dates
    from ingest.recognizers.demographics import Demographics
    from ingest.recognizers.dockets import Dockets
    from ingest.recognizers.identity_numbers import IdentityNumbers
    from ingest.recognizers.initials import Initials
    from ingest.recognizers.judges import Judges
    from ingest.recognizers.numbers import Numbers
    from ingest.recognizers.organizations import Organizations
    from ingest.recognizers.parties import Parties
    from ingest.recognizers.persons import Persons
    from ingest.recognizers.places import Places
    from ingest.recognizers.proper_words import ProperWords
    from ingest.recognizers.spacy_names import SpacyNames
    from ingest.recognizers.times import Times

    both: list[LegalRecognizer] = [
        SpacyNames(), Parties(), Persons(), Organizations(), Dockets(), IdentityNumbers(), BirthDates(), Addresses(),
        Contacts(), Courts(), Judges(), Citations(),
    ]  # fmt: skip
    strict = [
        Codes(), Numbers(), Dates(), Times(), Places(), Demographics(), Initials(), Aliases(), Capitalized(), ProperWords(),
    ]  # fmt: skip
    return both if profile == "working" else [*both, *strict]
