"""The readers of Spanish and German, and the networks behind them."""

import numpy as np
import pytest

from veil.detectors.languages.features import BUCKETS, shown
from veil.detectors.languages.labels import LABELS, WEIGHTS_SHA256
from veil.detectors.languages.network import LONG, network
from veil.detectors.ner.cut import cut
from veil.detectors.scanner import standard
from veil.lexicon.language import language
from veil.model import Known, Label, Owner

SPANISH = "La paciente Lucía Márquez fue vista por el Dr. Ruiz el 3 de mayo de 2020. Márquez no refiere fiebre."
GERMAN = "Herr Peter Vollrath, geb. 03.04.1956, wohnhaft in der Lindenstraße 12, wurde am 12. März 2020 entlassen."
ENGLISH = "The patient John Smith was seen on 3/4/2020 by Dr. Alice Wong."
SCANNER = standard()


def found(text, scanner=SCANNER):
    return {(text[span.start : span.end], span.label) for span in scanner.find([text])[0]}


def test_a_text_has_the_same_answer_alone_and_beside_others_of_any_language():
    texts = [SPANISH, ENGLISH, GERMAN, "stable", SPANISH[:60], GERMAN]
    assert SCANNER.find(texts) == [SCANNER.find([text])[0] for text in texts]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SPANISH, {"Ruiz", "3 de mayo de 2020"}),
        (GERMAN, {"Peter Vollrath", "03.04.1956", "Lindenstraße 12", "12. März 2020"}),
        ("Nombre: Nerea\nApellidos: Ibarlo Zubi\nNHC: 448120\nEdad: 44", {"Nerea", "Ibarlo Zubi", "448120"}),
        ("Tel. del médico: 655 123 456, según la Dra. Ochoa.", {"655 123 456", "Ochoa"}),
        ("Zuweisung durch OA Dr. Lindner; Fax: 0316/385-2189. Keine Beschwerden.", {"Lindner", "0316/385-2189"}),
        ("Fallnummer: 12003455, die Patientin ist stabil und wird entlassen.", {"12003455"}),
    ],
)
def test_identifiers_of_spanish_and_german_are_found(text, words):
    spans = [word for word, _ in found(text)]
    assert all(any(word in span for span in spans) for word in words)


@pytest.mark.parametrize(
    "text",
    [
        "No refiere fiebre ni dolor desde hace tres días. TA 120/80 mmHg, Hb 12,5 g/dl, plaquetas 250.000.",
        "Se pauta paracetamol 1 g cada 8 horas y enoxaparina 40 mg durante diez días.",
        "Der Patient ist wach und orientiert, RR 120/80 mmHg, Temp. 36,5 °C, Kraftgrad 5/5.",
        "Medikation: Bisoprolol 5 mg 1-0-0, Ramipril 2,5 mg 1-0-1, keine Allergien bekannt.",
        "Die Wunde ist reizlos, der Verband wurde gewechselt und die Drainage entfernt.",
    ],
)
def test_values_of_the_clinic_stay(text):
    assert {label for _, label in found(text)} <= {Label.AGE, Label.YEAR}


def test_an_age_over_89_is_told_from_others():
    old = found("Der 93-jährige Patient klagt über Schmerzen und ist nicht orientiert.")
    young = found("Der 53-jährige Patient klagt über Schmerzen und ist nicht orientiert.")
    assert {label for _, label in old} == {Label.AGE_OVER_89}
    assert {label for _, label in young} <= {Label.AGE}


def test_a_known_identifier_is_sought_in_every_language():
    owner = Owner("p", (Known("number", "QX-4471", Label.MRN, "strong"),))
    (spans,) = SCANNER.find(["Die Patientin (QX-4471) ist stabil und wird nicht verlegt."], [owner])
    assert any(span.proof == "known" for span in spans)


def test_a_scanner_of_patterns_alone_asks_no_network():
    text = "La paciente Xirmena Oltaz no refiere fiebre; correo ana@salud.example, ingreso el 03/05/2020."
    words = {word for word, _ in found(text, standard(["patterns"]))}
    assert {"ana@salud.example", "03/05/2020"} <= words


@pytest.mark.parametrize("code", sorted(WEIGHTS_SHA256))
def test_a_network_gives_a_distribution_for_each_token_however_long_the_text(code):
    read = network(code)
    assert read is not None
    done = cut("el la der die 12 " * (LONG // 2))
    shares = read.shares(done)
    assert shares.shape == (len(done.words), 1 + 2 * len(LABELS))
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)


def test_a_language_without_a_network_is_read_by_rules():
    assert network("xx") is None


def test_features_stay_in_their_bounds():
    for word in ("Müller", "1234", ",", "ñ", "Straße"):
        assert all(0 <= group < BUCKETS for group in shown(word).groups)


@pytest.mark.parametrize("code", ["es", "de"])
def test_a_locale_of_the_language_reads_texts_that_tell_nothing(code):
    scanner = standard(language=language(code))
    assert ("07.05.2021" if code == "de" else "07/05/2021") in {
        word for word, _ in found("07.05.2021" if code == "de" else "07/05/2021", scanner)
    }
    assert ("John Smith", Label.NAME) in found(ENGLISH, scanner)
