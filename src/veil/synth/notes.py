"""Notes of the synthetic hospital: text with the exact place of every identifier, and who is meant by it."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from veil.model import Label
from veil.synth import forms
from veil.synth.people import Patient, SyntheticPerson

HOSPITALS = (
    "Quarry Lake Medical Center",
    "St. Aldhelm Hospital",
    "Harborview Falls Clinic",
    "Juniper Hill Community Hospital",
)
PROBLEMS = (
    "type 2 diabetes mellitus",
    "hypertension",
    "COPD",
    "congestive heart failure",
    "atrial fibrillation",
    "Crohn disease",
    "Graves disease",
    "Parkinson disease",
    "migraine",
    "osteoarthritis",
    "chronic kidney disease stage 3",
)
DRUGS = (
    "metformin 500 mg twice daily",
    "lisinopril 10 mg daily",
    "warfarin 5 mg at bedtime",
    "albuterol 2 puffs every 4 hours",
    "furosemide 40 mg IV",
    "atorvastatin 20 mg",
    "acetaminophen 325 mg, 2 tabs PO",
)
FINDINGS = (
    "Lungs are clear to auscultation bilaterally.",
    "BP 128/76, pulse 72, respirations 16, SpO2 98% on room air.",
    "Abdomen soft, non-tender, no guarding; Murphy sign negative.",
    "A Foley catheter was placed without difficulty.",
    "Romberg negative, gait steady.",
    "Visual acuity 20/40 OD, 20/25 OS.",
    "Strength 5/5 in all extremities, reflexes 2+.",
    "Hemoglobin 11.2, WBC 6.4, creatinine 1.1.",
    "Pain 6/10, improves with rest.",
    "The patient will follow a low salt diet and may resume walking.",
)


@dataclass(slots=True)
class SyntheticNote:
    """A note under way: `say` adds text, `tell` adds an identifier and notes where it stands."""

    text: str = ""
    spans: list[dict[str, object]] = field(default_factory=list)

    def say(self, words: str) -> SyntheticNote:
        self.text += words
        return self

    def tell(self, words: str, label: Label, role: str = "", person: str = "") -> SyntheticNote:
        span: dict[str, object] = {"start": len(self.text), "end": len(self.text) + len(words), "label": label.value}
        self.spans.append({**span, "role": role, "person": person} if label is Label.NAME else span)
        self.text += words
        return self

    def name(self, words: str, role: str, who: SyntheticPerson) -> SyntheticNote:
        return self.tell(words, Label.NAME, role, who.key)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a note is about."""

    patient: Patient
    admitted: dt.datetime
    discharged: dt.datetime
    clinician: SyntheticPerson
    credential: str
    other: SyntheticPerson
    hospital: str
    number: int


def write_note(draw: random.Random, visit: Visit) -> SyntheticNote:
    """One note in one of eight voices."""
    voice = draw.choice((_headed, _letter, _telegraphic, _dictated, _handoff, _message, _discharge, _intake))
    note = voice(draw, visit)
    if draw.random() < 0.3:
        note.text = note.text.replace("\n", "\n") + "\n"
    return note


def _age(visit: Visit) -> int:
    born, day = visit.patient.born, visit.admitted.date()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _tell_age(draw: random.Random, note: SyntheticNote, visit: Visit, after: str) -> None:
    age = _age(visit)
    label = Label.AGE_OVER_89 if age > 89 else Label.AGE
    words = forms.age_words(age) if age > 89 and draw.random() < 0.4 else str(age)
    note.tell(words, label).say(after)


def _body(draw: random.Random, note: SyntheticNote, visit: Visit) -> None:
    first, second = draw.sample(PROBLEMS, 2)
    note.say(
        f"History of {first} and {second}. Takes {draw.choice(DRUGS)}. {draw.choice(FINDINGS)} {draw.choice(FINDINGS)}\n"
    )
    relation, relative = draw.choice(visit.patient.relatives)
    her = "her" if visit.patient.person.sex == "F" else "his"
    choice = draw.randint(0, 4)
    if choice == 0:
        note.say(f"Lives with {her} {relation} ").name(relative.given, "relative", relative).say(" in ").tell(
            visit.patient.city, Label.LOCATION
        )
        note.say(". ")
    elif choice == 1:
        note.say(f"{her.title()} {relation}, ").name(relative.full, "relative", relative).say(", was at the bedside. ")
    elif choice == 2:
        day = visit.admitted.date() - dt.timedelta(days=draw.randint(5, 60))
        note.say("Seen by Dr. ").name(visit.other.family, "clinician", visit.other).say(" on ").tell(
            forms.date(draw, day), Label.DATE
        ).say(". ")
    elif choice == 3:
        note.say("Symptoms began in ").tell(
            forms.PARTIAL_FORMS[0](visit.admitted.date() - dt.timedelta(days=70)), Label.DATE
        ).say(". ")
    else:
        note.say("Please call ").tell(forms.phone(draw, visit.patient.phone), Label.PHONE).say(" with results. ")
    day = visit.discharged.date() + dt.timedelta(days=draw.randint(7, 30))
    note.say("Return visit on ").tell(forms.date(draw, day), Label.DATE).say(f". {draw.choice(FINDINGS)}\n")


def _signed(draw: random.Random, note: SyntheticNote, visit: Visit) -> None:
    start = draw.choice(("Electronically signed by ", "Dictated by: ", "Attending: ", "Signed, "))
    note.say(f"\n{start}").name(visit.clinician.full, "clinician", visit.clinician).say(f", {visit.credential}\n")


def _headed(draw: random.Random, visit: Visit) -> SyntheticNote:
    who, note = visit.patient, SyntheticNote()
    note.tell(visit.hospital, Label.ORGANIZATION).say("\nPATIENT NAME: ").name(
        forms.full_name(draw, who.person), "patient", who.person
    )
    note.say("\nMRN: ").tell(who.mrn, Label.MRN).say("\nDOB: ").tell(forms.date(draw, who.born), Label.DATE)
    note.say("\nDATE OF SERVICE: ").tell(forms.date(draw, visit.admitted.date()), Label.DATE).say(
        "\n\nHISTORY: This is a "
    )
    _tell_age(draw, note, visit, "-year-old patient. ")
    _body(draw, note, visit)
    _signed(draw, note, visit)
    return note


def _letter(draw: random.Random, visit: Visit) -> SyntheticNote:
    who, note = visit.patient, SyntheticNote()
    title = "Ms." if who.person.sex == "F" else "Mr."
    note.tell(forms.date(draw, visit.discharged.date()), Label.DATE).say("\n\nDear Dr. ").name(
        visit.other.family, "clinician", visit.other
    )
    note.say(",\n\nThank you for referring ").name(who.person.full, "patient", who.person).say(", whom I saw on ")
    note.tell(forms.date(draw, visit.admitted.date()), Label.DATE).say(". ")
    note.say(f"{title} ").name(who.person.family, "patient", who.person).say(" is doing well. ")
    _body(draw, note, visit)
    note.say("Home address: ").tell(f"{who.street}, {who.city}, {who.state} {who.zip}", Label.LOCATION).say(
        "\n\nSincerely,\n"
    )
    note.name(visit.clinician.full, "clinician", visit.clinician).say(f", {visit.credential}\n")
    return note


def _telegraphic(draw: random.Random, visit: Visit) -> SyntheticNote:
    who, note = visit.patient, SyntheticNote()
    note.say("pt ").name(
        who.person.family.lower() if draw.random() < 0.4 else who.person.family, "patient", who.person
    ).say(" ")
    _tell_age(draw, note, visit, who.person.sex + " ")
    note.say("mrn ").tell(who.mrn, Label.MRN).say(" seen ").tell(
        f"{visit.admitted.month}/{visit.admitted.day}/{visit.admitted:%y}", Label.DATE
    )
    note.say("\ns/p Foley, ambulating, pain 3/10, will d/c per Dr ").name(
        visit.clinician.family, "clinician", visit.clinician
    ).say("\n")
    _body(draw, note, visit)
    return note


def _dictated(draw: random.Random, visit: Visit) -> SyntheticNote:
    who, note = visit.patient, SyntheticNote()
    note.name(who.person.full, "patient", who.person).say(" is a ")
    _tell_age(draw, note, visit, " year old who was admitted on ")
    note.tell(forms.date(draw, visit.admitted.date()), Label.DATE).say(" to ").tell(
        visit.hospital, Label.ORGANIZATION
    ).say(". ")
    _body(draw, note, visit)
    he = "She" if who.person.sex == "F" else "He"
    note.say(f"{he} was discharged on ").tell(forms.date(draw, visit.discharged.date()), Label.DATE).say(". ")
    note.name(f"{who.person.given}'s", "patient", who.person).say(" family agrees with the plan.\n")
    _signed(draw, note, visit)
    return note


def _handoff(draw: random.Random, visit: Visit) -> SyntheticNote:
    who, note = visit.patient, SyntheticNote()
    note.say("Handoff to Dr. ").name(visit.clinician.family, "clinician", visit.clinician).say(" from Dr. ")
    note.name(visit.other.full, "clinician", visit.other).say(":\n- ").name(who.person.full, "patient", who.person).say(
        ", bed 4, born "
    )
    note.tell(forms.date(draw, who.born), Label.DATE).say(", SSN ").tell(who.ssn, Label.SSN).say("\n- ")
    _body(draw, note, visit)
    return note


def _message(draw: random.Random, visit: Visit) -> SyntheticNote:
    who, note = visit.patient, SyntheticNote()
    note.say("From: ").tell(who.email, Label.EMAIL).say("\nHello, this is ").name(
        who.person.given, "patient", who.person
    )
    note.say(". My appointment on ").tell(
        forms.partial_date(draw, visit.discharged.date() + dt.timedelta(days=9)), Label.DATE
    )
    note.say(" has to move. You can reach me at ").tell(forms.phone(draw, who.phone), Label.PHONE).say(".\n")
    _body(draw, note, visit)
    return note


def _discharge(draw: random.Random, visit: Visit) -> SyntheticNote:
    who, note = visit.patient, SyntheticNote()
    note.say("DISCHARGE SUMMARY\nName: ").name(f"{who.person.family}, {who.person.given}", "patient", who.person)
    note.say("    MR #: ").tell(who.mrn, Label.MRN).say("\nAdmitted: ").tell(f"{visit.admitted:%m/%d/%Y}", Label.DATE)
    note.say("  Discharged: ").tell(f"{visit.discharged:%m/%d/%Y}", Label.DATE).say("\n")
    _body(draw, note, visit)
    relation, relative = visit.patient.relatives[0]
    note.say("Emergency contact: ").name(relative.full, "relative", relative).say(f" ({relation})\n")
    _signed(draw, note, visit)
    return note


def _intake(draw: random.Random, visit: Visit) -> SyntheticNote:
    who, note = visit.patient, SyntheticNote()
    note.say("Patient | ").name(who.person.full, "patient", who.person).say("\nAddress | ")
    note.tell(f"{who.street}, {who.city}, {who.state} {who.zip}", Label.LOCATION).say("\nPhone | ").tell(
        forms.phone(draw, who.phone), Label.PHONE
    )
    note.say("\nProvider | Dr. ").name(visit.clinician.full, "clinician", visit.clinician).say("\nVisit | ")
    note.tell(forms.date(draw, visit.admitted.date()), Label.DATE).say("\n")
    _body(draw, note, visit)
    return note
