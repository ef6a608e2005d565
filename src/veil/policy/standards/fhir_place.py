"""A place of FHIR: what the steps of an address may be, and whose the values there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from veil.formats.fhir.address import FHIR, walk
from veil.formats.fhir.standard import ANY, CHOICE, EXTENSIONS, PathStep, places, resources

_ARGUMENT = re.compile(r"\w+\('?(.*?)'?\)\Z")
_ROLES = (  # the role of what a reference names, by all that it may name
    (frozenset(("Patient", "Group")), "patient"),
    (frozenset(("RelatedPerson",)), "relative"),
    (frozenset(("Practitioner", "PractitionerRole")), "staff"),
    (frozenset(("Organization", "OrganizationAffiliation", "HealthcareService", "InsurancePlan")), "organization"),
    (
        frozenset(("Practitioner", "PractitionerRole", "Organization", "CareTeam", "HealthcareService", "Device")),
        "staff",
    ),
    (frozenset(("Location", "Organization", "HealthcareService", "Endpoint")), "location"),
    (frozenset(("Encounter", "EpisodeOfCare")), "visit"),
    (frozenset(("Account",)), "account"),
    (frozenset(("Coverage",)), "insured"),
    (frozenset(("Device", "DeviceMetric", "DeviceComponent")), "device"),
)
_PERSONS = frozenset(("Patient", "RelatedPerson", "Practitioner", "PractitionerRole", "Person"))


@lru_cache(maxsize=65536)
def place_of(address: str) -> FhirPlace | None:
    """The place that an address names; None where the standard has none."""
    steps = FHIR.parse(address)
    walked = tuple(walk(steps)) if steps[0] in resources() else ()
    return FhirPlace(steps, walked) if walked and all(walked) else None


class FhirPlace:
    """The steps of an address, and what each of them may be.

    Shape:   `plain`: the steps without what stands in brackets; `argument`: what stands there in the last step, unless that is an extension.
    """

    def __init__(self, steps: Sequence[str], walked: Sequence[Sequence[PathStep]]) -> None:
        self.steps, self._walked = steps, walked
        self.plain = [step.partition("(")[0] for step in steps]
        own = [step for found in walked for step in found if step.owner in places()]
        self.title = next((step.element.title for step in reversed(own) if step.element.title), self.plain[-1])
        self.in_extension = any(plain in EXTENSIONS for plain in self.plain)
        found = _ARGUMENT.match(steps[-1])
        self.argument = found[1] if found and self.plain[-1] not in EXTENSIONS else ""

    def extensions(self) -> Iterator[str | None]:
        """The URL of each extension on the way; None for one that is not named, or that changes what its element means."""
        for plain, step in zip(self.plain, self.steps, strict=True):
            if plain in EXTENSIONS:
                found = _ARGUMENT.match(step)
                yield found[1] if found and "'" in step and plain == "extension" else None

    def _paths(self, start: int, end: int) -> Iterator[str]:
        """The ways to name the steps from one to another, by the path or the type of their owner: as written, and as `value[x]`."""
        for step in self._walked[start - 1]:
            owner = places().get(step.owner, step.owner)
            yield ".".join((owner, *self.plain[start:end]))
            for last in self._walked[end - 2]:
                if last.element.name.endswith(CHOICE):
                    yield ".".join((owner, *self.plain[start : end - 1], last.element.name))

    def resource_paths(self) -> Iterator[tuple[str, bool]]:
        """The paths that name the place, or one that it lies in, from an element of a resource: the longest first.

        Shape:   with each, whether it names the place itself; `*.linkId` is an element of that name of any resource.
        """
        many = len(self.plain)
        own = [at for at in range(1, many) if any(step.owner in places() for step in self._walked[at - 1])]
        for end in range(many, 1, -1):
            for start in own:
                if start < end:
                    yield from ((path, end == many) for path in self._paths(start, end))
            if end - 1 in own:
                yield f"*.{self.plain[end - 1]}", end == many

    def type_paths(self) -> Iterator[str]:
        """The paths that name the place from an element of a type: the longest first; then from what every element has."""
        for start in range(1, len(self.plain)):
            yield from self._paths(start, len(self.plain))
        yield from (f"Resource.{self.plain[-1]}", f"Element.{self.plain[-1]}")

    def types(self) -> tuple[str, ...]:
        """The types that the value may have."""
        return tuple(kind for step in self._walked[-1] for kind in step.types)

    def sibling(self, name: str) -> str:
        """The address of an element beside this one."""
        return FHIR.join((*self.steps[:-1], name))

    def targets(self) -> frozenset[str]:
        """What the innermost reference on the way may name."""
        return next((found for end in range(len(self.plain), 1, -1) if (found := self._targets(end - 1))), frozenset())

    def _targets(self, at: int) -> frozenset[str]:
        return frozenset(target for step in self._walked[at - 1] for target in step.element.targets)

    def role(self, role_of: Mapping[str, str], subjects: Sequence[str]) -> str:
        """Whose the place is: by a path that the pack names, by what the innermost reference may name, by its resource."""
        for end in range(len(self.plain), 1, -1):
            for start in range(1, end):
                for path in self._paths(start, end):
                    if path in role_of:
                        return role_of[path]
            targets = self._targets(end - 1)
            if targets:
                return _role_of(targets, is_subject=self.plain[end - 1] in subjects)
        owners = [step.owner for step in self._walked[-1]]
        return next((role_of[name] for name in (*owners, self.plain[0]) if name in role_of), "other")


def _role_of(targets: frozenset[str], *, is_subject: bool) -> str:
    if is_subject and "Patient" in targets:
        return "patient"
    found = next((role for among, role in _ROLES if targets <= among), None)
    return found or ("person" if targets & _PERSONS and ANY not in targets else "thing")
