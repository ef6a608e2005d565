"""A model of the user's own: a folder on this machine, its labels mapped, its windows and offsets handled."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from veil.detectors.models.own import OwnModel
from veil.errors import PartError
from veil.jobs.texts.text_options import Search
from veil.model import Label, Owner, Text
from veil.testing import check_detector

onnx = pytest.importorskip("onnx")
tokenizers = pytest.importorskip("tokenizers")

WORDS = ["[UNK]", "[CLS]", "[SEP]", "dr", "okafor", "##sen", "saw", "bay", "##port", "the", "patient", "in", "."]
MEANT = {"okafor": 1, "##sen": 2, "bay": 3, "##port": 4}
LABELS = ["O", "B-PER", "I-PER", "B-TOWN", "I-TOWN"]


def make_folder(path: Path, *, window: int = 16, table: str = 'PER = "NAME"\nTOWN = "LOCATION"\n') -> Path:
    """A model that knows a dozen pieces of words by heart."""
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    path.mkdir(parents=True, exist_ok=True)
    cutter = Tokenizer(models.WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    cutter.normalizer = normalizers.Lowercase()
    cutter.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    cutter.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    cutter.save(str(path / "tokenizer.json"))
    scores = np.zeros((len(WORDS), len(LABELS)), np.float32)
    for i, word in enumerate(WORDS):
        scores[i, MEANT.get(word, 0)] = 6.0
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["logits"])],
        "tiny",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "t"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "t", len(LABELS)])],
        [numpy_helper.from_array(scores, "table")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 9
    onnx.save(made, path / "model.onnx")
    config = {"id2label": {str(i): label for i, label in enumerate(LABELS)}, "max_position_embeddings": window}
    (path / "config.json").write_text(json.dumps(config))
    (path / "labels.toml").write_text(table)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("own") / "model")


def found(model: OwnModel, text: str) -> list[tuple[str, Label]]:
    return [(text[s.start : s.end], s.label) for s in model.find([Text.of(text)], [Owner()])[0]]


def test_what_the_model_finds_comes_out_with_our_labels_and_whole_words(folder: Path) -> None:
    assert found(OwnModel(folder), "Dr. Okaforsen saw the patient in Bayport.") == [
        ("Okaforsen", Label.NAME),
        ("Bayport", Label.LOCATION),
    ]


def test_a_text_of_many_windows_is_read_to_its_end(folder: Path) -> None:
    text = "the patient in the patient . " * 200 + "Okafor" + " the patient" * 50 + " Bayport"
    assert found(OwnModel(folder), text) == [("Okafor", Label.NAME), ("Bayport", Label.LOCATION)]


def test_the_laws_hold_for_a_model_of_the_users_own(folder: Path) -> None:
    check_detector(
        OwnModel(folder), ["Okafor \U0001f600 saw Bay\u00adport", "", "dr. okafor" * 40, "\u200bOkafor", "Bayport"]
    )


def test_a_label_that_nobody_knows_is_told_before_any_text_is_read(tmp_path: Path) -> None:
    with pytest.raises(PartError, match="model-label"):
        OwnModel(make_folder(tmp_path / "m", table='PER = "NAME"\n'))


def test_a_label_may_be_left_alone(tmp_path: Path) -> None:
    model = OwnModel(make_folder(tmp_path / "m", table='PER = "NAME"\nTOWN = "O"\n'))
    assert found(model, "Okafor in Bayport") == [("Okafor", Label.NAME)]


@pytest.mark.parametrize("gone", ["config.json", "tokenizer.json", "model.onnx"])
def test_a_folder_that_lacks_a_file_says_which_kind(tmp_path: Path, gone: str) -> None:
    folder = make_folder(tmp_path / "m")
    (folder / gone).unlink()
    with pytest.raises(PartError, match="model-folder"):
        OwnModel(folder)


def test_a_model_is_named_on_the_command_line_and_by_a_policy(folder: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "1.txt").write_text("Okaforsen saw the patient in Bayport.")
    spans = Search(["patterns"], model=folder).scanner().find(["Okaforsen saw the patient in Bayport."])[0]
    assert [span.source for span in spans] == ["model", "model"]
    project = tmp_path / "project.yaml"
    project.write_text(
        f"profile: safe-harbor\nin: notes\nout: out\ndetectors: [patterns, {{model: {folder}}}]\n"
        'notes: {n: {files: "*.txt", subject: {from: file}, columns: {text: scan}}}\n'
    )
    veil = Path(sys.executable).with_name("veil")
    subprocess.run([veil, "run", project], check=True, capture_output=True, timeout=120)
    assert next((tmp_path / "out").rglob("1.txt")).read_text() == "[NAME] saw the patient in [LOCATION]."
