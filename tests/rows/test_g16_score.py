"""G16: scores are printed with the data set that they are of, and anybody can print them again."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_g16_a_score_on_marked_texts_is_the_same_whenever_it_is_printed(tmp_path, veil):
    assert veil(tmp_path, "synth", "--patients", "6", "-o", "h").code == 0
    gold = next((tmp_path / "h").rglob("gold*"))
    words = ["evaluate", "--gold", str(gold), "--json"]
    first, second = veil(tmp_path, *words), veil(tmp_path, *words)
    assert first.code == 0, first.erred
    assert first.said == second.said
    figures = json.loads(first.said)["figures"]
    assert 0 < figures["tokens"]["f1"] <= 1


def test_g16_every_score_of_the_model_card_names_its_data_sets_and_its_command():
    card = (ROOT / "docs/reference/model-card.md").read_text()
    assert "make bench-detect" in card
    for name in ("asq-phi", "seeded-mtsamples", "aci-visit-notes"):
        assert name in card
    assert re.search(r"No open set of real .* notes", (ROOT / "docs/figures.md").read_text() + card)
