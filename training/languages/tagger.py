"""Tagger: trains the network of one language and writes its weights.

python -m training.languages.tagger es OUT.npz [--minutes 12] [--corpus ../shared/corpora/meddocan-es.jsonl]
"""

from __future__ import annotations

import argparse
import importlib
import random
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from training.languages.page import Page
from veil.detectors.languages.features import BUCKETS, LAYOUT, Shown, shown
from veil.detectors.languages.labels import LABELS
from veil.detectors.ner.cut import cut
from veil.detectors.ner.token_features import FACTS, SHAPES

TAGS = 1 + 2 * len(LABELS)
GROUPS, SHAPE = 64, 16
DILATIONS = (1, 2, 4, 8, 4, 2, 1)
TOKENS = 256
GROUPS_OUT, FACTS_OUT, TOKEN_OUT, CHANNEL_OUT = 0.12, 0.15, 0.04, 0.08
PAD = -1

Row = tuple[list[str], bytes, list[int]]


class Tagger(nn.Module):
    """Letter groups, shape, facts and layout of each token, then seven convolutions that see 22 tokens to each side."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(BUCKETS, GROUPS, mode="mean")
        nn.init.normal_(self.table.weight, std=0.1)
        self.shapes = nn.Embedding(SHAPES, SHAPE)
        self.first = nn.Linear(GROUPS + SHAPE + FACTS + LAYOUT, width)
        self.near = nn.ModuleList(nn.Conv1d(width, width, 3, padding=d, dilation=d, bias=False) for d in DILATIONS)
        self.norm = nn.ModuleList(nn.BatchNorm1d(width, momentum=0.05) for _ in DILATIONS)
        self.last = nn.Linear(width, TAGS)

    def forward(self, words: list[Shown], at: torch.Tensor, gaps: torch.Tensor) -> torch.Tensor:
        groups = torch.tensor([group for word in words for group in word.groups])
        starts = torch.tensor(np.cumsum([0, *(len(word.groups) for word in words[:-1])]))
        own = self.table(groups, starts)
        facts = torch.tensor([word.facts for word in words])
        if self.training:
            own = own * (torch.rand(len(words), 1) > GROUPS_OUT)
            facts = facts * (torch.rand(len(words), 1) > FACTS_OUT)
        own = torch.cat([own, self.shapes(torch.tensor([word.shape for word in words])), facts], 1)
        real = (at >= 0).float()
        x = torch.cat([own[at.clamp(min=0)], F.one_hot(gaps, LAYOUT).float()], 2)
        if self.training:
            x = x * (torch.rand_like(real) > TOKEN_OUT).unsqueeze(2)
        real = real.unsqueeze(1)
        x = torch.relu(self.first(x)).transpose(1, 2) * real
        for near, norm in zip(self.near, self.norm, strict=True):
            more = torch.relu(norm(near(x)))
            x = (x + F.dropout1d(more, CHANNEL_OUT, self.training)) * real
        return self.last(x.transpose(1, 2))


@cache
def seen(word: str) -> Shown:
    return shown(word)


def tagged(page: Page) -> Row:
    """A page in tokens, each with its tag."""
    text, spans = page.text, page.spans
    done = cut(text)
    tags = [0] * len(done.words)
    i = 0
    for start, end, label in sorted(spans):
        while i < len(done.words) and done.ends[i] <= start:
            i += 1
        first = True
        while i < len(done.words) and done.starts[i] < end:
            tags[i] = 1 + 2 * LABELS.index(label) + (not first)
            first = False
            i += 1
    return done.words, done.gaps, tags


def windows(pages: Iterator[Page]) -> Iterator[Row]:
    for page in pages:
        words, gaps, tags = tagged(page)
        for at in range(0, len(words), TOKENS):
            yield words[at : at + TOKENS], gaps[at : at + TOKENS], tags[at : at + TOKENS]


def batch(rows: list[Row]) -> tuple[list[Shown], torch.Tensor, torch.Tensor, torch.Tensor]:
    places: dict[str, int] = {}
    width = max(len(row[0]) for row in rows)
    at = torch.full((len(rows), width), -1)
    gaps = torch.zeros((len(rows), width), dtype=torch.long)
    tags = torch.full((len(rows), width), PAD)
    for i, (words, spaces, gold) in enumerate(rows):
        at[i, : len(words)] = torch.tensor([places.setdefault(word, len(places)) for word in words])
        gaps[i, : len(words)] = torch.tensor(list(spaces))
        tags[i, : len(words)] = torch.tensor(gold)
    return [seen(word) for word in places], at, gaps, tags


def train(
    pages: Callable[[random.Random], Iterator[Page]], minutes: float, seed: int, width: int, size: int, until: float
) -> Tagger:
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model = Tagger(width)
    slow = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.995), use_buffers=True
    )
    best = torch.optim.AdamW(model.parameters(), lr=0.0, weight_decay=0.01)
    rows = windows(pages(random.Random(seed)))
    pool = [next(rows) for _ in range(400)]
    draw, began, step = random.Random(seed + 1), time.process_time(), 0
    first = time.time()
    while True:
        gone = max((time.process_time() - began) / (60 * minutes), (time.time() - first) / (until - first))
        if gone >= 1:
            break
        some = []
        for _ in range(size):
            i = draw.randrange(len(pool))
            some.append(pool[i])
            pool[i] = next(rows)
        words, at, gaps, tags = batch(some)
        for group in best.param_groups:
            group["lr"] = 3e-3 * min(1, step / 60) * (1 - gone) ** 0.7 + 1e-5
        best.zero_grad()
        loss = F.cross_entropy(
            model(words, at, gaps).flatten(0, 1), tags.flatten(), ignore_index=PAD, label_smoothing=0.02
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        best.step()
        slow.update_parameters(model)
        step += 1
        if step % 50 == 0:
            print(f"{step} steps, {100 * gone:.0f} %, loss {loss.item():.4f}", flush=True)
    model.load_state_dict(slow.module.state_dict())
    return model.eval()


def save(model: Tagger, path: Path) -> None:
    """Writes the weights: letter groups in eight bits, the rest in sixteen, with each norm folded into its layer."""
    table = model.table.weight.detach().numpy()
    scale = np.abs(table).max(axis=0) / 127
    tables = {"table": np.round(table / scale).astype(np.int8), "scale": scale.astype(np.float32)}
    near, bias = [], []
    for layer, norm in zip(model.near, model.norm, strict=True):
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        near.append((layer.weight * factor[:, None, None]).detach().permute(2, 1, 0).flatten(0, 1).numpy())
        bias.append((norm.bias - norm.running_mean * factor).detach().numpy())
    rest = {
        "shapes": model.shapes.weight.detach().numpy(),
        "first": model.first.weight.detach().numpy().T,
        "first_bias": model.first.bias.detach().numpy(),
        "near": np.stack(near),
        "near_bias": np.stack(bias),
        "last": model.last.weight.detach().numpy().T,
        "last_bias": model.last.bias.detach().numpy(),
    }
    tables |= {key: value.astype(np.float16) for key, value in rest.items()}
    np.savez_compressed(path, **tables)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language")
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=12, help="of processor time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--rows", type=int, default=20, help="stretches of a step")
    parser.add_argument(
        "--until", type=float, default=float("inf"), help="seconds since 1970 at which it ends at the latest"
    )
    parser.add_argument("--corpus", type=Path)
    given = parser.parse_args()
    source = importlib.import_module(f"training.languages.{given.language}")
    model = train(
        lambda draw: source.pages(draw, given.corpus), given.minutes, given.seed, given.width, given.rows, given.until
    )
    save(model, given.out)


if __name__ == "__main__":
    main()
