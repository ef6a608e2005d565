"""Job request: what a submitter asks for: a profile, or the identifiers to remove while everything else stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from veil.errors import InvalidError
from veil.model import Label
from veil.policy.profile import SHIPPED, Profile, profile_of, read_profile
from veil.policy.rules import Keep
from veil.service.locate import SIXTEEN

# 45 CFR 164.514(b)(2)(i)(A)-(R)
EIGHTEEN = {
    "(A) Names": {Label.NAME},
    "(B) Places smaller than a state": {Label.LOCATION, Label.ZIP, Label.ORGANIZATION},
    "(C) Dates but for the year, ages over 89": {Label.DATE, Label.AGE_OVER_89},
    "(D) Telephone numbers": {Label.PHONE},
    "(E) Fax numbers": {Label.FAX},
    "(F) Email addresses": {Label.EMAIL},
    "(G) Social security numbers": {Label.SSN},
    "(H) Medical record numbers": {Label.MRN},
    "(I) Health plan beneficiary numbers": {Label.HEALTH_PLAN},
    "(J) Account numbers": {Label.ACCOUNT},
    "(K) Certificate and license numbers": {Label.LICENSE},
    "(L) Vehicle identifiers and plates": {Label.VEHICLE},
    "(M) Device identifiers and serial numbers": {Label.DEVICE},
    "(N) Web addresses": {Label.URL},
    "(O) IP addresses": {Label.IP},
    "(P) Biometric identifiers": {Label.BIOMETRIC},
    "(Q) Photographs": {Label.PHOTO},
    "(R) Any other unique number or code": {Label.ID},
}
IDENTIFIERS: Mapping[str, frozenset[Label]] = {
    **SIXTEEN,
    **{name: frozenset(labels) for name, labels in EIGHTEEN.items()},
}
NUMBERS = frozenset({Label.MRN, Label.HEALTH_PLAN, Label.ACCOUNT, Label.LICENSE, Label.VEHICLE, Label.DEVICE, Label.ID})
_OF_KIND = {
    "person_name": Label.NAME,
    "given_name": Label.NAME,
    "family_name": Label.NAME,
    "staff_name": Label.NAME,
    "organization": Label.ORGANIZATION,
    "date": Label.DATE,
    "datetime": Label.DATE,
    "birth_date": Label.DATE,
    "birth_year": Label.DATE,
    "date_part": Label.DATE,
    "zip": Label.ZIP,
    "county": Label.LOCATION,
    "city": Label.LOCATION,
    "address": Label.LOCATION,
    "coordinates": Label.LOCATION,
    "phone": Label.PHONE,
    "email": Label.EMAIL,
}


@dataclass(frozen=True, slots=True)
class JobRequest:
    """Shape: a shipped profile by its name, names of `IDENTIFIERS`, or the text of a profile (YAML); one of them."""

    profile: str = ""
    identifiers: tuple[str, ...] = ()
    policy: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Errors: ServiceError `choice`."""
        unknown = self.profile not in ("", *SHIPPED) or any(name not in IDENTIFIERS for name in self.identifiers)
        if unknown or [bool(self.profile), bool(self.identifiers), bool(self.policy)].count(True) != 1:
            raise InvalidError(
                "choice",
                "a job needs exactly one of: a known profile, a list of known identifiers, or a policy",
                hint="select at least one identifier, or one profile; GET /portal/api/lists has both",
            )

    @property
    def labels(self) -> frozenset[Label]:
        """The labels that go."""
        if not self.identifiers:
            return frozenset(
                label for label, treatment in self.read().labels.items() if not isinstance(treatment, Keep)
            )
        return frozenset().union(*(IDENTIFIERS[name] for name in self.identifiers))

    def read(self) -> Profile:
        """The profile that was named or posted. Errors: PolicyError; a posted one is read in the job's own process alone."""
        return profile_of(self.policy, "the posted policy") if self.policy else read_profile(self.profile)

    def profile_file(self) -> dict[str, Any]:
        """The profile that identifiers come to, as a file has it: what was ticked becomes a placeholder, all else stays."""
        ticked = self.labels
        return {
            "name": "chosen identifiers",
            "claims": "none",
            "about": "The identifiers that were chosen go, all others stay.",
            "labels": {label.value: "placeholder" if label in ticked else "keep" for label in Label},
            "kinds": read_profile("redact").kinds,
        }

    def goes(self, kind: str, form: str) -> bool:
        """Whether a column of this kind holds something that was ticked.

        Keeps:   of a number that does not say what it is, any ticked kind of number is taken: it goes rather than stays.
        """
        ticked = self.labels
        if kind == "age":
            return bool({Label.AGE, Label.AGE_OVER_89} & ticked)
        if kind in ("id", "integer_id", "own_id", "number"):
            named = Label.__members__.get(form)
            return named in ticked if named is not None and named is not Label.ID else bool(NUMBERS & ticked)
        return _OF_KIND.get(kind) in ticked


def not_covered(choice: JobRequest) -> list[str]:
    """What a result was not treated for, in words for its report.

    Source:  what the service makes no claim of: no certificate is given, a person stays answerable.
    """
    sentences = ["This is no certificate: a person must judge whether the result may be shared."]
    goes = choice.labels
    stays = sorted(label.value for label in Label if label not in goes)
    sentences.append(
        "These kinds stay where they are found: " + ", ".join(stays) + "."
        if stays
        else "Every kind that is found goes."
    )
    sentences.append(
        "Not looked for: faces and voices, handwriting, pictures within files, and facts that point to one person without naming them "
        "(a rare disease, an office, an event in the news)."
    )
    return sentences
