"""Teacher: MiniLM tuned on the same texts, to know how far a larger reader gets.

python -m training.teacher OUT [--minutes 20] [--talk FOLDER]
"""

from __future__ import annotations

import argparse
import pathlib
import random
import time
from functools import lru_cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from training.plant import Planter
from training.stream import TAGS, UNTOLD, Example, Source, surface_of
from training.vectors import HEADS, LAYERS, WIDTH, MiniLM
from veil.detectors.ner.cut import GAPS
from veil.detectors.ner.token_features import FACTS, SHAPES, plain

TOKENS, ROWS, PIECES = 96, 16, 200


class Teacher(nn.Module):
    """MiniLM with the shape, the facts and the gap of each token added to its pieces."""

    def __init__(self) -> None:
        super().__init__()
        given = MiniLM()
        self.pieces = lru_cache(200_000)(lambda word: tuple(given.pieces(plain(word))[:4]))
        self.start = given.vocab["[CLS]"]
        self.names = {
            name: name.replace(".", "_")
            for name in given.weights
            if "pooler" not in name and "position_ids" not in name
        }
        self.weights = nn.ParameterDict(
            {safe: nn.Parameter(given.weights[name].float()) for name, safe in self.names.items()}
        )
        self.shape, self.gap, self.fact = (
            nn.Embedding(SHAPES, WIDTH),
            nn.Embedding(GAPS, WIDTH),
            nn.Linear(FACTS, WIDTH),
        )
        for one in (self.shape.weight, self.gap.weight, self.fact.weight):
            nn.init.normal_(one, std=0.02)
        self.out = nn.Linear(WIDTH, TAGS)

    def w(self, name: str) -> torch.Tensor:
        return self.weights[name.replace(".", "_")]

    def forward(self, rows: list[Example]) -> torch.Tensor:
        """Rows of tokens -> tag scores of each token, rows of the same length."""
        ids, shapes, gaps, facts, firsts = [], [], [], [], []
        for row in rows:
            i, s, g, f, first = [self.start], [0], [0], [(0.0,) * FACTS], []
            for word, gap in zip(row.words, row.gaps, strict=True):
                first.append(len(i))
                seen = surface_of(word) if word else None
                for piece in self.pieces(word) if word else (0,):
                    i.append(piece)
                    s.append(seen.shape if seen else 0)
                    g.append(gap)
                    f.append(seen.facts if seen else (0.0,) * FACTS)
            ids.append(i[:510])
            shapes.append(s[:510])
            gaps.append(g[:510])
            facts.append(f[:510])
            firsts.append([min(at, 509) for at in first])
        wide = max(map(len, ids))
        pad = lambda part, fill: torch.tensor([one + [fill] * (wide - len(one)) for one in part])  # noqa: E731
        x = self.encode(pad(ids, 0), pad(shapes, 0), pad(gaps, 0), pad(facts, (0.0,) * FACTS))
        at = torch.tensor(firsts).unsqueeze(2).expand(-1, -1, WIDTH)
        return self.out(x.gather(1, at))

    def encode(self, ids: torch.Tensor, shapes: torch.Tensor, gaps: torch.Tensor, facts: torch.Tensor) -> torch.Tensor:
        x = (
            self.w("embeddings.word_embeddings.weight")[ids]
            + self.w("embeddings.position_embeddings.weight")[: ids.shape[1]]
        )
        x = (
            x
            + self.w("embeddings.token_type_embeddings.weight")[0]
            + self.shape(shapes)
            + self.gap(gaps)
            + self.fact(facts)
        )
        norm = lambda y, name: F.layer_norm(y, (WIDTH,), self.w(name + ".weight"), self.w(name + ".bias"), 1e-12)  # noqa: E731
        line = lambda y, name: F.linear(y, self.w(name + ".weight"), self.w(name + ".bias"))  # noqa: E731
        x = norm(x, "embeddings.LayerNorm")
        n, t, _ = x.shape
        mask = (ids != 0)[:, None, None, :]
        for layer in range(LAYERS):
            base = f"encoder.layer.{layer}."
            q, k, v = (
                line(x, f"{base}attention.self.{p}").view(n, t, HEADS, -1).transpose(1, 2)
                for p in ("query", "key", "value")
            )
            seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(n, t, WIDTH)
            x = norm(x + line(seen, f"{base}attention.output.dense"), f"{base}attention.output.LayerNorm")
            x = norm(
                x + line(F.gelu(line(x, f"{base}intermediate.dense")), f"{base}output.dense"), f"{base}output.LayerNorm"
            )
        return x


@torch.no_grad()
def measure(model: Teacher, rows: list[list[Example]]) -> dict[str, float]:
    hit = gold = said = alarm = free = 0
    for one in rows:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = model(one).argmax(2).numpy()
        want = np.array([row.tags for row in one])
        name, is_name = (found == 1) | (found == 2), (want == 1) | (want == 2)
        hit += (name & is_name).sum()
        gold += is_name.sum()
        said += (name & (want != UNTOLD)).sum()
        alarm += ((found > 0) & (want == 0)).sum()
        free += (want == 0).sum()
    return {
        "name_recall": round(hit / gold, 4),
        "name_precision": round(hit / max(said, 1), 4),
        "alarms": round(alarm / free, 5),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--talk", type=pathlib.Path)
    args = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model = Teacher()
    talk = Planter(args.talk, random.Random(3)).draw if args.talk else None
    source = Source(random.Random(3), talk=talk).rows(TOKENS)
    tests = {}
    for name, held in (("seen", False), ("held out", True)):
        test = Source(random.Random(7), held_out=held).rows(TOKENS)
        tests[name] = [[next(test) for _ in range(ROWS)] for _ in range(20)]
    old = list(model.weights.values())
    new = [*model.shape.parameters(), *model.gap.parameters(), *model.fact.parameters(), *model.out.parameters()]
    best = torch.optim.AdamW([{"params": old, "most": 2e-4}, {"params": new, "most": 1e-3}], weight_decay=0.01)
    begun, step, shown, losses = time.time(), 0, 0.0, []
    while (spent := (time.time() - begun) / 60 / args.minutes) < 1:
        for group in best.param_groups:
            group["lr"] = group["most"] * min(1.0, (step + 1) / 100) * (1 - spent)
        rows = [next(source) for _ in range(ROWS)]
        best.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = model(rows)
        loss = F.cross_entropy(
            out.float().transpose(1, 2),
            torch.tensor([row.tags for row in rows]),
            ignore_index=UNTOLD,
            label_smoothing=0.02,
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        best.step()
        step += 1
        losses.append(loss.item())
        if time.time() - begun > shown:
            told = {name: measure(model, rows) for name, rows in tests.items()}
            print(
                f"{spent:.0%} step {step} ({step * ROWS * TOKENS:,} tokens) loss {np.mean(losses[-50:]):.4f} {told}",
                flush=True,
            )
            shown = time.time() - begun + max(60.0, args.minutes * 6)
    torch.save(model.state_dict(), args.out)
    print("done", {name: measure(model, rows) for name, rows in tests.items()}, flush=True)


if __name__ == "__main__":
    main()
