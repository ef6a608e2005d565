"""What is a value of medicine stays; what a key, a title or a person's words hold is masked as before."""

import pytest
from bench.clinical.__main__ import lost
from bench.clinical.sentences import HALVES, sentences

from veil.detectors.clinical.numbers import token_of
from veil.detectors.scanner import standard
from veil.model import SAFE_HARBOR, Label

SCANNER = standard()
IDENTIFYING = frozenset({*SAFE_HARBOR, Label.ORGANIZATION})


def masked(text):
    return [text[span.start : span.end] for span in SCANNER.find([text])[0] if span.label in IDENTIFYING]


@pytest.mark.parametrize(
    "text",
    [
        "BP 130-140/70-80 overnight.",
        "Vitals: 142/70-88, 90, 19, 98.7",
        "Platelets 303,000, WBC 11.2.",
        "ABG 7.30/26/148 on 40%.",
        "Cough for 3/7, review in 2/52.",
        "amoxicillin 500 mg tds 5/7",
        "SNOMED CT 38341003 and SCTID 44054006.",
        "billed under M54.50 today",
        "Asthma (J45.909), HIV (B20).",
        "CPT code 99213, HCPCS J1885 x2 units.",
        "Device firmware 2.6.15 was installed.",
        "HR 88 RR 18 SpO2 98%",
        "G2P2123 at 38 weeks",
        "I/O 2521/2654 overnight",
        "Variant c.5266dupC and p.Arg175His.",
        "Cobb angle 115 degrees.",
        "Pt BIBA, transferred to MICU, then PACU.",
        "Uses a Da Vinci and an Edwards Sapien valve.",
        "Fournier's gangrene; Ludwig angina; Todd's paralysis.",
        "Ddx: Graves, Addison's, Cushing's",
        "s/p Mohs, Foley placed, Jackson-Pratt removed.",
        "68F with chest pain, T 101 F.",
        "Mason II, Rockwood III, Schatzker V.",
        "Heineke-Mikulicz, Jaboulay, Puestow, Frey",
        "Gelpi, Finochietto, Senn, Ragnell, Hohmann",
        "Colles, Barton, Monteggia, Galeazzi, Maisonneuve",
        "Keller bunionectomy and Lapidus arthrodesis",
        "Rutkow direct inguinal herniorrhaphy",
        "Access: LUE AVF, BFR 400, DFR 800.",
        "rs1801133 and dbSNP rs113488022",
        "NM_000492.3:c.1521_1523del homozygous.",
        "HP:0001250 and MONDO:0005148",
        "IOL SN60WF, model MX40E lens",
        "Lotrel 10/20 daily, Suboxone 8/2 BID",
        "Beighton 7/9; MoCA 21/30, then 11/30",
        "set to 7 cmH2O, then 11 cmH2O; HD qMWF",
        "del(5q) and inv(16)",
        "back to the Postanesthesia Care Unit, then Intensive Care Unit",
        "Ddx: Barrett's, Zenker's, Meckel's",
        "Switched from Euflexxa to Synvisc.",
        "followed by Mastisol and Steri-Strips",
        "Kemp (-), Stinchfield (+)",
        "Bragard's sign and Struthers' ligament",
        "Ann Arbor stage II; Austin Flint murmur",
    ],
)
def test_values_of_medicine_stay(text):
    assert masked(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Stable on Warfarin, Colin R. Baxley", "Colin R. Baxley"),
        ("Reviewed Eliquis, Orla", "Orla"),
        ("Mrs. Graves has Graves disease.", "Graves"),
        ("Attending: Dr. Foley", "Foley"),
        ("Patrick Allen is a 42-year-old male", "Patrick Allen"),
        ("Call Mr. Lewy about Lewy bodies", "Lewy"),
        ("Lives at 889 Ink Rd, Suite 618", "889 Ink Rd, Suite 618"),
        ("Dr. Okafor, Lasix, Coumadin, Keppra", "Okafor"),
        ("seen 3/11 in clinic", "3/11"),
        ("MRI on 10/22", "10/22"),
    ],
)
def test_a_person_beside_a_thing_is_found_and_the_thing_stays(text, name):
    assert masked(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "MRN 122-140",
        "MRN: 142/88",
        "Acct # 303000",
        "SSN 219-09-9999",
        "ID: M54501",
        "seen on 3/7 by the team",
        "since 4/12",
    ],
)
def test_what_a_key_or_a_cue_names_is_still_masked(text):
    assert masked(text)


@pytest.mark.parametrize(
    ("text", "piece", "token"),
    [
        ("BP 142/70-88, then", "70-88", "142/70-88"),
        ("plt 4,255,888 today", "255", "4,255,888"),
        ("(7.30/26/148).", "26", "7.30/26/148"),
        ("at p.Arg175His.", "Arg", "p.Arg175His"),
    ],
)
def test_a_number_is_read_with_all_that_is_grown_to_it(text, piece, token):
    start = text.index(piece)
    begin, stop = token_of(text, start, start + len(piece))
    assert text[begin:stop] == token


def test_of_a_thousand_invented_values_few_are_masked():
    drawn = list(sentences(11, 12))
    found = SCANNER.find([one.text for one in drawn])
    for half, most in zip(HALVES, (0.01, 0.04), strict=True):
        mine = [(one, spans) for one, spans in zip(drawn, found, strict=True) if one.half == half]
        assert sum(len(lost(one, spans)) for one, spans in mine) <= most * sum(len(one.values) for one, _ in mine)


def test_sentences_are_the_same_for_a_seed_and_their_values_are_where_they_say():
    first, second, other = (list(sentences(seed, 3)) for seed in (5, 5, 6))
    assert first == second != other
    assert all(0 <= start < end <= len(one.text) for one in first for start, end in one.values)
