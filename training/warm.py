"""Warm: the networks that ship as models to go on from, so that new families cost minutes and not hours.

    python -m training.warm OUT [--texts 24]      OUT-0.pt, OUT-1.pt

The graph that ships has the norm of each layer folded into its weights. It is unfolded again: what a layer gives is
measured on texts of the generator, and becomes the mean and variance of its norm.
"""

from __future__ import annotations

import argparse
import pathlib
import random
from dataclasses import asdict

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training.export import GRAPHS
from training.network import NUMBERS, Sizes, Tagger
from training.stream import Source, batch
from veil.detectors.ner.token_features import FACTS

SHIPPED = pathlib.Path(__file__).parent.parent / "src/veil/detectors/ner/weights"
Arrays = dict[str, np.ndarray]


def held(name: str) -> Arrays:
    """The numbers of one graph by name, those in eight bits as they are meant."""
    found = {one.name: numpy_helper.to_array(one) for one in onnx.load(SHIPPED / name).graph.initializer}
    for key in [key for key in found if key.endswith("_quantized")]:
        base = key.removesuffix("_quantized")
        scale = found.get(f"{base}_scale", found.get(f"{key}_scale"))
        whole = found[key].astype(np.float32)
        found[base] = whole * np.reshape(scale, (-1, *[1] * (whole.ndim - 1)))
    return found


def part(count: int, number: int, size: int) -> slice:
    """The columns of one of `count` networks in a table of them side by side."""
    return slice(size // count * number, size // count * (number + 1))


def tagger(number: int, count: int, tables: Arrays, encoder: Arrays, context: Arrays) -> Tagger:
    """One network of the panel with its weights, the norms still folded."""
    words = bytes(tables["words"]).decode().split("\n")
    known = words[1 : len(words) - len(NUMBERS)]
    mine = lambda key: tables[key][..., part(count, number, tables[key].shape[-1])].astype(np.float32)  # noqa: E731
    model = Tagger(Sizes(), known, tables["meaning"][1:] * tables["meaning_scale"])
    state = model.state_dict()
    state["words.number.weight"][1:] = torch.from_numpy(mine("number") * mine("number_scale"))
    state["words.gram.weight"] = torch.from_numpy(mine("gram") * mine("gram_scale"))
    state["words.shape.weight"] = torch.from_numpy(mine("shape"))
    state["gaps.weight"] = torch.from_numpy(mine("gaps"))
    rows, start = [], 0
    for key in ("number", "gram", "shape"):
        at = part(count, number, tables[key].shape[1])
        rows += range(start + at.start, start + at.stop)
        start += tables[key].shape[1]
    rows += range(start, start + FACTS)
    wide = part(count, number, encoder["w0"].shape[1])
    state["words.wide.weight"] = torch.from_numpy(encoder["w0"][rows][:, wide].T.copy())
    state["words.wide.bias"] = torch.from_numpy(encoder["b0"][wide])
    narrow = part(count, number, encoder["w1"].shape[1])
    state["words.narrow.weight"] = torch.from_numpy(encoder["w1"][wide][:, narrow].T.copy())
    state["words.narrow.bias"] = torch.from_numpy(encoder["b1"][narrow])
    for i in range(len(model.layers)):
        state[f"layers.{i}.near.weight"] = torch.from_numpy(context[f"w{i}"])
        state[f"layers.{i}.norm.bias"] = torch.from_numpy(context[f"b{i}"])
    state["out.weight"], state["out.bias"] = (
        torch.from_numpy(context["wo"]),
        torch.from_numpy(context["bo"]),
    )
    model.load_state_dict(state)
    return model.eval()


@torch.no_grad()
def unfolded(model: Tagger, texts: int) -> Tagger:
    """The same network with norms that undo what they measure: the same answers, and ready to be trained."""
    rows = Source(random.Random(12)).rows(512)
    one = batch([next(rows) for _ in range(texts)])
    at = torch.from_numpy(one.at)
    real = (at > 0).unsqueeze(1).float()
    x = (model.words(one)[at] + model.gaps(torch.from_numpy(one.gaps))).transpose(1, 2) * real
    for layer in model.layers:
        given = layer.near(x)
        mean, var = given.mean((0, 2)), given.var((0, 2))
        norm = layer.norm
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(var)
        norm.weight.copy_(torch.sqrt(var + norm.eps))
        norm.bias.add_(mean)
        x = layer(x, real)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", help="the beginning of the names of the files that are written")
    parser.add_argument("--texts", type=int, default=24, help="rows of 512 tokens to measure the norms on")
    args = parser.parse_args()
    torch.set_num_threads(1)
    tables, encoder = dict(np.load(SHIPPED / "words.npz")), held("encoder.onnx")
    count = len(GRAPHS)
    for number, name in enumerate(GRAPHS):
        model = unfolded(tagger(number, count, tables, encoder, held(name)), args.texts)
        known = sorted(model.words.index, key=model.words.index.__getitem__)
        torch.save(
            {"state": model.state_dict(), "sizes": asdict(model.sizes), "known": known}, f"{args.out}-{number}.pt"
        )
    print(f"{count} networks")


if __name__ == "__main__":
    main()
