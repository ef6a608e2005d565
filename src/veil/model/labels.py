"""Label: the closed set of what a span can be."""

from __future__ import annotations

from enum import StrEnum

from veil.errors import PolicyError


class Label(StrEnum):
    """The eighteen Safe Harbor kinds and the clinical extras.

    Source: 45 CFR 164.514(b)(2)(i)(A)-(R); the letter beside each kind is the regulation's.
    """

    NAME = "NAME"  # (A)
    LOCATION = "LOCATION"  # (B) street address, city, county, anything smaller than a state
    ZIP = "ZIP"  # (B)
    DATE = "DATE"  # (C) any date with a month or a day
    AGE_OVER_89 = "AGE_OVER_89"  # (C)
    PHONE = "PHONE"  # (D)
    FAX = "FAX"  # (E)
    EMAIL = "EMAIL"  # (F)
    SSN = "SSN"  # (G)
    MRN = "MRN"  # (H)
    HEALTH_PLAN = "HEALTH_PLAN"  # (I)
    ACCOUNT = "ACCOUNT"  # (J)
    LICENSE = "LICENSE"  # (K)
    VEHICLE = "VEHICLE"  # (L)
    DEVICE = "DEVICE"  # (M)
    URL = "URL"  # (N)
    IP = "IP"  # (O)
    BIOMETRIC = "BIOMETRIC"  # (P)
    PHOTO = "PHOTO"  # (Q)
    ID = "ID"  # (R) any other unique number, characteristic or code
    # Not identifiers of Safe Harbor by the letter; a policy says what is done with each.
    ORGANIZATION = "ORGANIZATION"  # hospital, clinic, ward, employer
    PROFESSION = "PROFESSION"
    AGE = "AGE"  # an age under 90
    YEAR = "YEAR"  # a bare year
    WEEKDAY = "WEEKDAY"  # a weekday or holiday that stands alone
    STATE = "STATE"  # a state or a country
    TIME = "TIME"  # a time of day that stands alone


SAFE_HARBOR = frozenset(list(Label)[: list(Label).index(Label.ORGANIZATION)])

_ALIASES = {
    # REST contract (21 types), i2b2, Presidio, AWS; lower-case keys
    "patient": Label.NAME,
    "doctor": Label.NAME,
    "username": Label.NAME,
    "person": Label.NAME,
    "provider": Label.NAME,
    "name_patient": Label.NAME,
    "name_provider": Label.NAME,
    "first_name": Label.NAME,
    "last_name": Label.NAME,
    "address": Label.LOCATION,
    "room": Label.LOCATION,
    "city": Label.LOCATION,
    "street": Label.LOCATION,
    "location-other": Label.LOCATION,
    "gpe": Label.LOCATION,
    "geographic_location": Label.LOCATION,
    "street_address": Label.LOCATION,
    "zipcode": Label.ZIP,
    "zip_code": Label.ZIP,
    "postcode": Label.ZIP,
    "country": Label.STATE,
    "date_time": Label.DATE,
    "birth_date": Label.DATE,
    "dob": Label.DATE,
    "phone_number": Label.PHONE,
    "phone_or_fax": Label.PHONE,
    "fax_number": Label.FAX,
    "email_address": Label.EMAIL,
    "us_ssn": Label.SSN,
    "social_security_number": Label.SSN,
    "medicalrecord": Label.MRN,
    "medical_record_number": Label.MRN,
    "healthplan": Label.HEALTH_PLAN,
    "health_plan_beneficiary_number": Label.HEALTH_PLAN,
    "account_number": Label.ACCOUNT,
    "credit_card": Label.ACCOUNT,
    "iban_code": Label.ACCOUNT,
    "certificate_license_number": Label.LICENSE,
    "us_driver_license": Label.LICENSE,
    "medical_license": Label.LICENSE,
    "vehicle_id": Label.VEHICLE,
    "device_id": Label.DEVICE,
    "ip_address": Label.IP,
    "ipaddr": Label.IP,
    "bioid": Label.BIOMETRIC,
    "idnum": Label.ID,
    "other_id": Label.ID,
    "patient_id": Label.ID,
    "unique_identifier": Label.ID,
    "hospital": Label.ORGANIZATION,
    "facility": Label.ORGANIZATION,
    "department": Label.ORGANIZATION,
    "age_90": Label.AGE_OVER_89,
    "age>89": Label.AGE_OVER_89,
}


def label_of(word: str) -> Label:
    """The label that a word of Veil, REST, i2b2, Presidio or AWS means.

    Errors:  PolicyError `label-unknown` for any other word.
    """
    by_name = Label.__members__.get(word.upper())
    found = by_name or _ALIASES.get(word.lower())
    if found is None:
        raise PolicyError("label-unknown", "unknown label", hint="the labels are listed in docs/reference/labels.md")
    return found
