"""Between: weights on the way from one training to another that began where the first ended.

python -m training.between NEW.pt OLD.pt SHARE OUT.pt      SHARE of the new, the rest of the old
"""

from __future__ import annotations

import argparse
import pathlib

import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("new", type=pathlib.Path)
    parser.add_argument("old", type=pathlib.Path)
    parser.add_argument("share", type=float)
    parser.add_argument("out", type=pathlib.Path)
    args = parser.parse_args()
    new, old = torch.load(args.new, map_location="cpu"), torch.load(args.old, map_location="cpu")
    for name, value in new["state"].items():
        if value.is_floating_point():
            new["state"][name] = args.share * value + (1 - args.share) * old["state"][name]
    torch.save(new, args.out)


if __name__ == "__main__":
    main()
