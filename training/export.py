"""Export: a trained tagger as the files that Veil ships: tables of words, a graph in eight bits, a card.

    python -m training.export FIRST.pt SECOND.pt

The scales are fixed here, from texts of the generator, so that no batch changes an answer. Weights take seven of the eight
bits: processors without VNNI add pairs of products in sixteen, and would cut larger ones short.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pathlib
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from training.generator.template import SLOT, families
from training.network import NUMBERS, Sizes, Tagger
from training.plant import notes
from training.stream import GAP_TOKENS, LABELS, ROLES, TAGS, Example, Source, batch
from veil.detectors.ner.cut import cut
from veil.detectors.ner.token_features import FACTS
from veil.detectors.ner.words import AT_ONCE

SHIPPED = pathlib.Path(__file__).parent.parent / "src/veil/detectors/ner"
OPSET, IR = 17, 9
COMMON = 12_000  # words whose vectors are shipped
GRAPHS = ("context.onnx", "second.onnx")  # the network that reads everything, and the one that is asked in doubt


def load(path: pathlib.Path) -> Tagger:
    held = torch.load(path, map_location="cpu")
    model = Tagger(Sizes(**held["sizes"]), held["known"], held["state"]["words.meaning"][1:].numpy())
    model.load_state_dict(held["state"])
    return model.eval()


def eighths(parts: list[torch.Tensor]) -> tuple[np.ndarray, np.ndarray]:
    """Tables side by side as whole numbers of eight bits, and the scale of each column that gives them back."""
    scales = [float(part.abs().max()) / 127 for part in parts]
    whole = [np.round(part.numpy() / scale).astype(np.int8) for part, scale in zip(parts, scales, strict=True)]
    columns = [np.full(part.shape[1], scale, np.float32) for part, scale in zip(parts, scales, strict=True)]
    return np.concatenate(whole, 1), np.concatenate(columns)


def tables(models: list[Tagger]) -> dict[str, np.ndarray]:
    """The tables of words, those that were learned of all networks side by side; row 0 of `meaning` is of no word."""
    words = models[0].words
    known = [""] * len(words.meaning)
    for word, row in words.index.items():
        known[row] = word
    found = {}
    found["meaning"], found["meaning_scale"] = eighths([words.meaning])
    found["number"], found["number_scale"] = eighths([one.words.number.weight.detach()[1:] for one in models])
    found["gram"], found["gram_scale"] = eighths([one.words.gram.weight.detach() for one in models])
    found["words"] = np.frombuffer("\n".join([*known, *NUMBERS]).encode(), np.uint8)
    found["shape"] = np.concatenate([one.words.shape.weight.detach().numpy() for one in models], 1)
    found["gaps"] = np.concatenate([one.gaps.weight.detach().numpy() for one in models], 1)
    return found


def placed(blocks: list[np.ndarray], rows: list[list[int]], height: int) -> np.ndarray:
    """Blocks side by side, each with its rows where they belong, zeros elsewhere."""
    whole = np.zeros((height, sum(block.shape[1] for block in blocks)), np.float32)
    column = 0
    for block, mine in zip(blocks, rows, strict=True):
        whole[mine, column : column + block.shape[1]] = block
        column += block.shape[1]
    return whole


def encoder(models: list[Tagger]) -> onnx.ModelProto:
    """The two layers that make one vector of what a token shows, of all networks at once."""
    sizes = [
        (one.words.meaning.shape[1], one.words.gram.weight.shape[1], one.words.shape.weight.shape[1]) for one in models
    ]
    height = sum(map(sum, sizes)) + FACTS
    rows = [_rows_of(number, sizes, height) for number in range(len(models))]
    wide = [one.words.wide.weight.detach().numpy().T for one in models]
    narrow = [one.words.narrow.weight.detach().numpy().T for one in models]
    below = np.cumsum([0, *(block.shape[1] for block in wide)])
    hidden = [list(range(below[i], below[i + 1])) for i in range(len(models))]
    values = [
        numpy_helper.from_array(placed(wide, rows, height), "w0"),
        numpy_helper.from_array(np.concatenate([one.words.wide.bias.detach().numpy() for one in models]), "b0"),
        numpy_helper.from_array(placed(narrow, hidden, int(below[-1])), "w1"),
        numpy_helper.from_array(np.concatenate([one.words.narrow.bias.detach().numpy() for one in models]), "b1"),
    ]
    nodes = [
        helper.make_node("Gemm", ["shown", "w0", "b0"], ["h"]),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("Gemm", ["r", "w1", "b1"], ["made"]),
    ]
    shape = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, [AT_ONCE, size])  # noqa: E731
    width = sum(block.shape[1] for block in narrow)
    return _checked(helper.make_graph(nodes, "encoder", [shape("shown", height)], [shape("made", width)], values))


def _rows_of(number: int, sizes: list[tuple[int, int, int]], height: int) -> list[int]:
    """Where meaning, grams, shape and facts of one network stand in what a token shows."""
    found, start = [], 0
    for kind in range(3):
        mine = start + sum(one[kind] for one in sizes[:number])
        found += range(mine, mine + sizes[number][kind])
        start += sum(one[kind] for one in sizes)
    return [*found, *range(height - FACTS, height)]


def _checked(made: onnx.GraphProto) -> onnx.ModelProto:
    whole = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)])
    whole.ir_version = IR
    onnx.checker.check_model(whole)
    return whole


def graph(model: Tagger) -> onnx.ModelProto:
    """The layers of one network with their norms folded in; the shares of tags and of roles."""
    values = [numpy_helper.from_array(np.array([TAGS, len(ROLES)], np.int64), "parts")]
    nodes: list[onnx.NodeProto] = []
    _tower(model, nodes, values)
    shape = lambda name, rows: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, rows, "tokens"])  # noqa: E731
    given = [shape("x", model.sizes.width), shape("real", 1)]
    return _checked(
        helper.make_graph(nodes, "context", given, [shape("tags", TAGS), shape("roles", len(ROLES))], values)
    )


def _tower(model: Tagger, nodes: list[onnx.NodeProto], values: list[onnx.TensorProto]) -> None:
    """The layers of one network, from `x` to `tags` and `roles`."""
    x = "x"
    for i, layer in enumerate(model.layers):
        norm, dilation, at = layer.norm, model.sizes.dilations[i], str(i)
        scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
        weight = (layer.near.weight.detach() * scale[:, None, None]).numpy()
        values += [
            numpy_helper.from_array(weight, f"w{at}"),
            numpy_helper.from_array((norm.bias - norm.running_mean * scale).detach().numpy(), f"b{at}"),
        ]
        nodes += [
            helper.make_node(
                "Conv", [x, f"w{at}", f"b{at}"], [f"c{at}"], kernel_shape=[3], dilations=[dilation], pads=[dilation] * 2
            ),
            helper.make_node("Relu", [f"c{at}"], [f"r{at}"]),
            helper.make_node("Add", [x, f"r{at}"], [f"a{at}"]),
            helper.make_node("Mul", [f"a{at}", "real"], [f"m{at}"]),
        ]
        x = f"m{at}"
    values += [
        numpy_helper.from_array(model.out.weight.detach().numpy(), "wo"),
        numpy_helper.from_array(model.out.bias.detach().numpy(), "bo"),
    ]
    nodes += [
        helper.make_node("Conv", [x, "wo", "bo"], ["said"], kernel_shape=[1]),
        helper.make_node("Split", ["said", "parts"], ["t", "o"], axis=1),
        helper.make_node("Softmax", ["t"], ["tags"], axis=1),
        helper.make_node("Softmax", ["o"], ["roles"], axis=1),
    ]


class Calibration(CalibrationDataReader):  # type: ignore[misc]
    """Texts of the generator, from which the scales of one network are read off."""

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


@torch.no_grad()
def common(models: list[Tagger], talk: pathlib.Path | None) -> dict[str, np.ndarray]:
    """The vectors of the words that the templates and the talk write most, as the encoder would make them."""
    counts: Counter[str] = Counter()
    texts = [SLOT.sub(" ", text) for family in families() if not family.held_out for text in family.templates]
    for text in [*texts, *(notes(talk) if talk else [])]:
        counts.update(word for word in cut(text).words if not word[0].isdecimal())
    words = [word for word, _ in counts.most_common(COMMON)]
    one = batch([Example(words, [0] * len(words), [0] * len(words), [0] * len(words))])
    vectors = torch.cat([model.words(one)[1:] for model in models], 1)
    whole, scale = eighths_of_columns(vectors.numpy())
    return {
        "common": np.frombuffer("\n".join(words).encode(), np.uint8),
        "common_vectors": whole,
        "common_scale": scale,
    }


def eighths_of_columns(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A table as whole numbers of eight bits, and the scale of each column."""
    scale = np.maximum(np.abs(table).max(0), 1e-9) / 127
    return np.round(table / scale).astype(np.int8), scale.astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--talk", type=pathlib.Path, help="the talk of which the commonest words are counted as well")
    parser.add_argument(
        "models",
        type=pathlib.Path,
        nargs=2,
        help="the network that reads everything, and the one that is asked in doubt",
    )
    args = parser.parse_args()
    torch.set_num_threads(1)
    to = SHIPPED / "weights"
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    models = [load(path) for path in args.models]
    words = tables(models)
    onnx.save(encoder(models), to / "encoder.onnx")
    words |= common(models, args.talk)
    np.savez_compressed(to / "words.npz", **words)
    for model, name in zip(models, GRAPHS, strict=True):
        in_eight_bits(model, to / name)
    finish(to, models)


def in_eight_bits(model: Tagger, to: pathlib.Path) -> None:
    """One network as the graph that is run."""
    with tempfile.TemporaryDirectory() as folder:
        full = pathlib.Path(folder) / "full.onnx"
        onnx.save(graph(model), full)
        quantize_static(
            full,
            to,
            Calibration(model),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv", "Relu", "Add", "Mul"],
            reduce_range=True,
            calibrate_method=CalibrationMethod.MinMax,
        )


def finish(to: pathlib.Path, models: list[Tagger]) -> None:
    """The card of the files, and the digest that this version refuses others by."""
    digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(to.iterdir())}
    reach = max(sum(model.sizes.dilations) for model in models)
    card = {
        "labels": LABELS,
        "roles": ROLES,
        "reach": reach,
        "apart": GAP_TOKENS,
        "networks": len(models),
        "sha256": digests,
    }
    text = json.dumps(card, indent=1) + "\n"
    (to / "card.json").write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    (SHIPPED / "shipped.py").write_text(
        '"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""\n\n'
        f'CARD_SHA256 = "{digest}"\n',
        encoding="utf-8",
    )
    print(f"{sum(file.stat().st_size for file in to.iterdir()):,} bytes")


if __name__ == "__main__":
    main()
