"""Titles: what the name of a column says, when it says something."""

from __future__ import annotations

import re
from dataclasses import dataclass

from veil.discover.column_words import words_of

# Searched in the name as `_words_between_bars_`; the first row that fits wins. `?` after a kind: only if the values bear it out.
_PEOPLE = r"patient|pat|full|person|member|contact|mother|father|guardian|guar|guarantor|subscr\w*|owner|spouse|rel|next_of_kin|emerg\w*|insured|account|preferred"
_STAFF = r"provider|prov|doctor|physician|attending|nurse|clinician|surgeon|prsnl|staff|author|employee|emp|user|practitioner"
_PLACES = (
    r"hospital|facility|organi[sz]ation|org|clinic|department|dept|pharmacy|care_?site|employer|company|practice|school"
)
_THINGS = r"drug|med|medication|test|lab|item|concept|domain|class|vocabulary|relationship|procedure|product|panel|component|measure|category|generic|brand|dx"
_THINGS += r"|diagnosis|event|network|datamart|field|result|file|table|column|plan|payer|payor"
_COUNTED = r"quantity|qty|amount|amt|costs?|price|fees?|charges?|payments?|paid|balance|totals?|count|cnt|revenue|expenses|utili[sz]ation|outstanding|adjustments?|transfers"
_COUNTED += r"|coverage"
_COUNTED += r"|dispenses|refills|supply|value_as_number|value_num\w*|result_num\w*|numeric_\w*value|avg|average|mean|median|min|max|sum|pct|percent\w*|ratio|rate|score|index"
_COUNTED += r"|duration|los"
_COUNTED += r"|weight|height|bmi|dose|dosage|strength|concentration|temperature|temp|pulse|heart_rate|systolic|diastolic|bp|sbp|dbp|spo2|hgb|hemoglobin|glucose|creatinine"
_COUNTED += r"|sodium|potassium|wbc|rbc|platelets|hba1c|a1c|egfr"
_UNITS = r"months|years|weeks|hours|hrs|minutes|seconds|usd|eur|mg|kg|g|cm|mm|ml|bpm|mmhg|mmol|pct"
_THINGS += r"|unit|organism|ab|entity|vaccine|vx|document|form|study"
_ROWS: tuple[tuple[str, str, str], ...] = (
    (r"_zip(_?code)?\d?_|_postal(_?code)?_|_post_?code_|_zcta_|_zip[59]_", "zip", ""),
    (r"_fips_|_county(_\w+)?_$|_parish_", "county", ""),
    (r"_(sex|gender)(_\w+)?_$", "code", "sex"),
    (r"_(race|ethnic\w*|hispanic)(_\w+)?_$", "code", "race"),
    (
        r"_(marital\w*|religion|language|education|occupation|profession|work_?class|nationality|citizenship)(_\w+)?_$",
        "code",
        "circumstance",
    ),
    (
        r"^_(patient|pat|pt|person|subject|member|client|participant|resident|donor)_(codes?|cd|ref|reference|tag|index)_$",
        "id",
        "?",
    ),
    (
        r"_concept_id(_\d)?_$|_(cd|c|yn|flag|ind|mgmt|types?|status|class|category|codes?|units?|uom|use|preferred|version)_$",
        "code",
        "",
    ),
    (r"_state_(c|cd)_|_(icd|snomed|cpt|loinc|rxnorm|ndc|hcpcs)\w*_", "code", ""),
    (
        r"^_(domain|vocabulary|concept_class|relationship|reverse_relationship|source_vocabulary|target_vocabulary)_id_$",
        "code",
        "?",
    ),
    (r"_(types?|class|status|category)_id\d?_$", "code", ""),
    (r"_(seq|sequence|line|item|isolate|response|lot|batch|rank|set|version)_?(num|no|nr|number|nbr)_$", "code", "?"),
    (r"_(item_?id|domain_id|definition_id|nom(enclature)?_id|substance_id|site_?id)_$", "code", "?"),
    (r"^_(dx|proc|payor|plan|room|bed|component|medication|allergen|language|unit)_id_$|^_item_?id_$", "code", "?"),
    (
        r"_(mrns?|medical_record\w*|e?mpi)_|_(mr|chart|hospital)_(no|nr|num|nbr|number)_|_(med|medical)_rec\w*_",
        "id",
        "MRN",
    ),
    (r"_(ssn\w*|socsec\w*|social_?sec\w*|soc_?sec\w*|sin|nhs_(number|no|num))_", "number", "SSN"),
    (r"_(passport|drivers?|licen[cs]e)(_\w+)?_$|_(npi|dea)(_(number|num|no|nbr|id))?_$", "number", "LICENSE"),
    (
        r"phone|_phne_|_ph_(no|nr|number|num)_$|_(home|work|cell|mobile)_ph_$|_telefon\w*_|_(tel|mobile|cell|pager|fax)(_(number|num|no|nbr))?_$|_extension_$",
        "phone",
        "",
    ),
    (r"_e_?mail", "email", ""),
    (
        r"_(first|given|fore|middle)_?name(_\w+)?_$|_name_(first|given|middle)(_\w+)?_$|_(fname|mname|vorname|forename|prenom)_$|^_(first|middle|given)_$",
        "given_name",
        "",
    ),
    (
        (
            r"_(last|sur|family|maiden)_?name(_\w+)?_$|_name_(last|family|maiden)(_\w+)?_$|_maiden(_name)?_$"
            r"|_(lname|surname|nachname|apellidos?|nom_de_famille)_$|^_(last|family)_$"
        ),
        "family_name",
        "",
    ),
    (r"_(name_)?(prefix|suffix)_$", "code", "?"),
    (r"_birth_?time_$", "time", "?"),
    (r"_birth_?(year|yr)_|_(year|yr)_?(of_?)?birth_|_yob_|_born_(year|yr)_|_byear_", "birth_year", ""),
    (r"_(month|day)_?of_?birth_|_birth_?month_", "date_part", ""),
    (
        (
            r"_dob_|birth_?(date|day|dt)|date_?(of_?)?birth|_(bdate|birthdt|brthdat\w*|brth_?dt\w*|bday|birthdate\w*|geburts(datum|tag)|f_?nac"
            r"|fecha_(de_)?nac\w*|(date_(de_)?)?naissance)_|^_birth_$|^_born(_\w+)?_$"
        ),
        "birth_date",
        "",
    ),
    (r"birth_?place|_(city|town|municipality|village)(_\w+)?_$", "city", ""),
    (r"_(latitude|longitude|lat|lon|lng|geocode\w*|coordinates?)_", "coordinates", "?"),
    (r"_(state|province|country)(_\w+)?_$", "state", "?"),
    (rf"_({_STAFF})_(\w+_)?(name|full_name)_$", "staff_name", ""),
    (rf"_({_PLACES})_(\w+_)?name_$", "organization", "?"),
    (rf"_({_PEOPLE})_(\w+_)?name(_\w+)?_$|_name_full(_\w+)?_$|_alias_$", "person_name", "?"),
    (rf"_({_THINGS})_(\w+_)?(name|fullname|title|label)_$", "code", "?"),
    (rf"^_({_STAFF})_$", "staff_name", "?"),
    (r"_(account|acct)(_?(number|num|no|nbr|id))?_$", "number", "ACCOUNT"),
    (
        r"_(insurance|member|policy|beneficiary|subscr\w*|group|mbi|medicare|medicaid)_?(id|number|num|no|nbr)_$",
        "number",
        "HEALTH_PLAN",
    ),
    (
        r"_(accession|serial|udi|vin|plate|login|user_?name|device|unique_device)(_?(id|number|num|no|nbr))?_$|_token_\d+_",
        "number",
        "ID",
    ),
    (
        r"_(street|address|addr|add_line|address_line)(_?(street|line|detail|text))?(_?\d)?_$|_street_addr\w*_",
        "address",
        "?",
    ),
    (r"_age(_(years?|yrs?|at_\w+|in_\w+))?_$|_(anchor|patient|current)_age_", "age", ""),
    (r"_(id|ids|uuid|guid|csn|u?oid|uid)\d?_$|^_id_(?!type|code|number_type)\w+_$", "id", "?"),
    (
        r"^_(diagnos[ei]s|dx|diag|proc|procedure|reaction|modifier|severity|ownership|method|modality|route|frequency|disposition|outcome|priority|special+i?ty)_?\d*_$",
        "code",
        "?",
    ),
    (
        r"_(note|notes|comments?|text|narrative|remarks?|report|summary|reason|impression|history|sig|ftdesc|complaint|snippet)_(\w+_)?$",
        "text",
        "?",
    ),
    (r"_(blob\w*|contents|overview_\w+|annotation\w*)_(\w+_)?$", "text", "?"),
    (r"_(year|yr)_$", "datetime", "?"),
    (r"_(date|datetime|dt|dttm|tm|timestamp|ts|day|dod)_|(date|time)\d?_$|_(at|on)_$", "datetime", ""),
    (r"^_(start|stop|begin|end|admitted|discharged|collected|ordered|period_start|period_end)_$", "datetime", ""),
    (
        rf"^_(un)?covered_\w+_$|^_(total|sum|avg|average|mean|unique|number_of|num_of|no_of|count_of)_\w+_$|_({_COUNTED})(_({_UNITS}))?\d?_$|_({_UNITS})_$",
        "measure",
        "?",
    ),
    (r"_desc(ription)?\d?_$|_title_$|_display_$", "text", "?"),
    (
        (
            r"_(id|key|identifier|ident|eid|pid|pk|fk|sk|num|nr|nbr|number|no)(_?\d)?_$|^_(patient|encounter|subject|person|visit|member|client"
            r"|participant|admission|appointment|episode)_$"
        ),
        "id",
        "?",
    ),
    (
        r"(patient|person|subject|member|encounter|provider|claim|order|pat|enc|visit|note|event|specimen|payer|appointment)_?id\d?_$",
        "id",
        "?",
    ),
    (r"^_(name|full_?name)_$|_name_$", "person_name", "?"),
)
_COMPILED = tuple((re.compile(pattern), kind, form) for pattern, kind, form in _ROWS)


_BARE_NAME = re.compile(r"_(name|full_?name|title|label)_")
_OWNERS = re.compile(
    r"organi[sz]ation|facilit|hospital|clinic|compan|employer|pharmac|payer|payor|insurer|insurance|lab(s|orator\w*)$|care_?site|vendor|suppl(y|ier)"
)
_KINDS_OF_THINGS = re.compile(
    r"room|ward|bed|department|dept|unit|test|drug|medication|medicine|procedure|diagnos|item|product|vaccine|service|treatment|special|concept|categor|type|device|panel|equipment"
)


@dataclass(frozen=True, slots=True)
class Title:
    """What a name says: a kind, which form of it, and whether the values must bear it out."""

    kind: str
    form: str = ""
    weak: bool = False


def title_of(name: str, table: str = "") -> Title | None:
    """What a column's name says; None where it says nothing.

    Shape:   `table`: the name of its table, which tells whose `name` a bare name is.
    """
    shown = "_" + "_".join(words_of(name)) + "_"
    if _BARE_NAME.fullmatch(shown):
        of = "_".join(words_of(table))
        if _OWNERS.search(of):
            return Title("organization", weak=True)
        if _KINDS_OF_THINGS.search(of):
            return Title("code", weak=True)
    for pattern, kind, form in _COMPILED:
        if pattern.search(shown):
            return Title(kind, form.rstrip("?"), form.endswith("?"))
    return None
