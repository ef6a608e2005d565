"""Network: words one by one, then the words beside them, by convolutions that reach thirty tokens to each side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from training.stream import ROLES, TAGS, Batch
from veil.detectors.ner.cut import GAPS
from veil.detectors.ner.token_features import BUCKETS, FACTS, SHAPES

NUMBERS = [f"#{size}{kind}" for size in range(1, 13) for kind in ("", "m", "d", "a", "o", "y")]

# Against learning templates by heart: words are blurred towards their neighbours in meaning, or left out.
NOISE, MEANING_OUT, GRAMS_OUT, FACTS_OUT, BLIND = 0.5, 0.15, 0.5, 0.1, 0.06
TOKEN_OUT, RUN_OUT, RUN = 0.08, 0.02, 4  # tokens that are not seen, alone and in runs
CHANNEL_OUT = 0.08


@dataclass(frozen=True)
class Sizes:
    """Sizes of one network; `dilations` has one entry a layer."""

    width: int = 160
    grams: int = 64
    hidden: int = 192
    dilations: tuple[int, ...] = (1, 2, 4, 8, 4, 2, 1)


class Words(nn.Module):
    """One vector a surface."""

    def __init__(self, sizes: Sizes, known: list[str], vectors: np.ndarray) -> None:
        super().__init__()
        self.index = {word: i + 1 for i, word in enumerate(known)}
        self.numbers = {key: i + 1 for i, key in enumerate(NUMBERS)}
        size = vectors.shape[1]
        self.register_buffer("meaning", torch.cat([torch.zeros(1, size), torch.tensor(vectors, dtype=torch.float32)]))
        self.number = nn.Embedding(len(NUMBERS) + 1, size, padding_idx=0)
        self.gram = nn.EmbeddingBag(BUCKETS, sizes.grams, mode="mean")
        self.shape = nn.Embedding(SHAPES, 16)
        nn.init.normal_(self.gram.weight, std=0.1)
        self.wide = nn.Linear(size + sizes.grams + 16 + FACTS, sizes.hidden)
        self.narrow = nn.Linear(sizes.hidden, sizes.width)

    def forward(self, batch: Batch) -> torch.Tensor:
        here = self.meaning.device
        keys = torch.tensor([self.index.get(key, 0) for key in batch.keys], device=here)
        numbers = torch.tensor([self.numbers.get(key, 0) for key in batch.keys], device=here)
        meaning = self.meaning[keys] + self.number(numbers)
        grams = self.gram(torch.from_numpy(batch.grams).to(here), torch.from_numpy(batch.offsets).to(here))
        facts = torch.from_numpy(batch.facts).to(here)
        if self.training:
            draw = torch.rand(len(keys), 4, device=here)
            seen = (draw[:, 3:] > BLIND).float()
            meaning = (meaning + NOISE * torch.randn_like(meaning)) * (draw[:, :1] > MEANING_OUT) * seen
            grams = grams * (draw[:, 1:2] > GRAMS_OUT) * seen
            facts = facts * (draw[:, 2:3] > FACTS_OUT) * seen
        parts = torch.cat([meaning, grams, self.shape(torch.from_numpy(batch.shapes).to(here)), facts], 1)
        return self.narrow(torch.relu(self.wide(parts)))


class Layer(nn.Module):
    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.near = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(width, momentum=0.02)
        self.drop = nn.Dropout1d(CHANNEL_OUT)

    def forward(self, x: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        return (x + self.drop(torch.relu(self.norm(self.near(x))))) * real


def unseen(real: torch.Tensor) -> torch.Tensor:
    """Which tokens are seen: all but a few alone and a few in runs, so that no text is known by its whole frame."""
    runs = nn.functional.max_pool1d((torch.rand_like(real) < RUN_OUT).float(), RUN, 1, RUN // 2)[..., : real.shape[2]]
    return (torch.rand_like(real) > TOKEN_OUT) * (runs < 1)


class Tagger(nn.Module):
    """Tags and roles of each token."""

    def __init__(self, sizes: Sizes, known: list[str], vectors: np.ndarray) -> None:
        super().__init__()
        self.sizes = sizes
        self.words = Words(sizes, known, vectors)
        self.gaps = nn.Embedding(GAPS, sizes.width)
        self.layers = nn.ModuleList(Layer(sizes.width, dilation) for dilation in sizes.dilations)
        self.out = nn.Conv1d(sizes.width, TAGS + len(ROLES), 1)

    def forward(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        here = self.out.weight.device
        at = torch.from_numpy(batch.at).to(here)
        real = (at > 0).unsqueeze(1).float()
        x = (self.words(batch)[at] + self.gaps(torch.from_numpy(batch.gaps).to(here))).transpose(1, 2) * real
        if self.training:
            x = x * unseen(real)
        for layer in self.layers:
            x = layer(x, real)
        out = self.out(x)
        return out[:, :TAGS], out[:, TAGS:]
