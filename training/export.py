"""Export: a trained tagger as the files that Veil ships: tables of words, a graph in eight bits, a card.

    python -m training.export MODEL.pt [MODEL.pt ...]

The scales of the eight bits are fixed here, from texts of the generator, so that no batch changes an answer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pathlib
import random
import shutil
import string
import tempfile
from collections.abc import Iterator

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from training.network import NUMBERS, Sizes, Tagger
from training.stream import GAP_TOKENS, LABELS, ROLES, TAGS, Source, batch
from veil.detectors.ner.words import AT_ONCE

SHIPPED = pathlib.Path(__file__).parent.parent / "src/veil/detectors/ner"
OPSET, IR = 17, 9


def load(path: pathlib.Path) -> Tagger:
    held = torch.load(path)
    model = Tagger(Sizes(**held["sizes"]), held["known"], held["state"]["words.meaning"][1:].numpy())
    model.load_state_dict(held["state"])
    return model.eval()


def eighth(values: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """The values as whole numbers of eight bits, and the one scale that gives them back."""
    scale = float(values.abs().max()) / 127
    return np.round(values.numpy() / scale).astype(np.int8), np.array([scale], np.float64)


def tables(model: Tagger) -> dict[str, np.ndarray]:
    """The tables of words; row 0 of `meaning` is of no word."""
    words = model.words
    known = [""] * len(words.meaning)
    for word, row in words.index.items():
        known[row] = word
    numbers = words.number.weight.detach()
    meaning = torch.cat([words.meaning, numbers[1:]])
    found = {}
    found["meaning"], found["meaning_scale"] = eighth(meaning)
    found["gram"], found["gram_scale"] = eighth(words.gram.weight.detach())
    found["words"] = np.frombuffer("\n".join([*known, *NUMBERS]).encode(), np.uint8)
    found["shape"] = words.shape.weight.detach().numpy()
    found["gaps"] = model.gaps.weight.detach().numpy()
    return found


def encoder(model: Tagger) -> onnx.ModelProto:
    """The two layers that make one vector of what a token shows."""
    words = model.words
    values = [
        numpy_helper.from_array(np.ascontiguousarray(value.detach().numpy().T), name)
        for name, value in (
            ("w0", words.wide.weight),
            ("b0", words.wide.bias),
            ("w1", words.narrow.weight),
            ("b1", words.narrow.bias),
        )
    ]
    nodes = [
        helper.make_node("Gemm", ["shown", "w0", "b0"], ["h"]), helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("Gemm", ["r", "w1", "b1"], ["made"]),
    ]  # fmt: skip
    shape = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, [AT_ONCE, size])  # noqa: E731
    made = helper.make_graph(
        nodes, "encoder", [shape("shown", words.wide.in_features)], [shape("made", words.narrow.out_features)], values
    )
    return _checked(made)


def _checked(made: onnx.GraphProto) -> onnx.ModelProto:
    whole = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)])
    whole.ir_version = IR
    onnx.checker.check_model(whole)
    return whole


def graph(model: Tagger) -> onnx.ModelProto:
    """The layers with their norms folded in."""
    width, nodes, values, x = model.sizes.width, [], [], "x"
    for i, layer in enumerate(model.layers):
        norm, dilation = layer.norm, model.sizes.dilations[i]
        scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
        weight = (layer.near.weight.detach() * scale[:, None, None]).numpy()
        bias = (norm.bias - norm.running_mean * scale).detach().numpy()
        values += [numpy_helper.from_array(weight, f"w{i}"), numpy_helper.from_array(bias, f"b{i}")]
        nodes += [
            helper.make_node(
                "Conv", [x, f"w{i}", f"b{i}"], [f"c{i}"], kernel_shape=[3], dilations=[dilation], pads=[dilation] * 2
            ),
            helper.make_node("Relu", [f"c{i}"], [f"r{i}"]),
            helper.make_node("Add", [x, f"r{i}"], [f"a{i}"]),
            helper.make_node("Mul", [f"a{i}", "real"], [f"x{i}"]),
        ]
        x = f"x{i}"
    values += [
        numpy_helper.from_array(model.out.weight.detach().numpy(), "wo"),
        numpy_helper.from_array(model.out.bias.detach().numpy(), "bo"),
    ]
    nodes.append(helper.make_node("Conv", [x, "wo", "bo"], ["said"], kernel_shape=[1]))
    shape = lambda name, rows: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, rows, "tokens"])  # noqa: E731
    made = helper.make_graph(
        nodes, "context", [shape("x", width), shape("real", 1)], [shape("said", TAGS + len(ROLES))], values
    )
    return _checked(made)


class Calibration(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, model: Tagger, count: int = 24) -> None:
        self._feeds = self._made(model, count)

    def _made(self, model: Tagger, count: int) -> Iterator[dict[str, np.ndarray]]:
        rows = Source(random.Random(11)).rows(1024)
        with torch.no_grad():
            for _ in range(count):
                one = batch([next(rows)])
                at = torch.from_numpy(one.at)
                real = (at > 0).unsqueeze(1).float()
                x = (model.words(one)[at] + model.gaps(torch.from_numpy(one.gaps))).transpose(1, 2) * real
                yield {"x": x.numpy(), "real": real.numpy()}

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._feeds, None)


def exported(path: pathlib.Path, to: pathlib.Path) -> tuple[Tagger, dict[str, str]]:
    """Writes one network; the model, and the digests of its files."""
    model = load(path)
    to.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(to / "words.npz", **tables(model))
    onnx.save(encoder(model), to / "encoder.onnx")
    with tempfile.TemporaryDirectory() as folder:
        full = pathlib.Path(folder) / "full.onnx"
        onnx.save(graph(model), full)
        quantize_static(
            full, to / "context.onnx", Calibration(model), quant_format=QuantFormat.QDQ, per_channel=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, op_types_to_quantize=["Conv"],
            calibrate_method=CalibrationMethod.MinMax,
        )  # fmt: skip
    return model, {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(to.iterdir())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=pathlib.Path, nargs="+", help="one model, or several that are to be averaged")
    args = parser.parse_args()
    torch.set_num_threads(1)
    to = SHIPPED / "weights"
    shutil.rmtree(to, ignore_errors=True)
    networks = {}
    for letter, path in zip(string.ascii_lowercase, args.models, strict=False):
        model, networks[letter] = exported(path, to / letter)
    card = {
        "labels": LABELS,
        "roles": ROLES,
        "reach": sum(model.sizes.dilations),
        "apart": GAP_TOKENS,
        "networks": networks,
    }
    text = json.dumps(card, indent=1) + "\n"
    (to / "card.json").write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    (SHIPPED / "shipped.py").write_text(
        '"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""\n\n'
        f'CARD_SHA256 = "{digest}"\n',
        encoding="utf-8",
    )
    print(f"{sum(file.stat().st_size for file in to.rglob('*') if file.is_file()):,} bytes")


if __name__ == "__main__":
    main()
