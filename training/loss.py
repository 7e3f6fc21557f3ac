"""Cross-entropy over the vocabulary without its logits in memory: made, used and forgotten some rows at a time.

The gradient is worked out with the loss, as in Liger's fused linear cross-entropy (Hsu et al. 2024), so each row of
logits is made once and stays in the processor's cache: the largest part of a step otherwise. Sums are kept in 32 bits.
"""

from typing import Any

import torch
from torch import Tensor

ROWS = {"cpu": 256, "cuda": 16_384}  # of logits at once: 4 MB with 8,000 pieces stay in a processor's cache


class _Smoothed(torch.autograd.Function):
    """Sum over the rows of ``states`` (rows, width) of the loss of the tokens ``targets`` (rows)."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, embedding: Tensor, targets: Tensor, smoothing: float) -> Tensor:
        weights = embedding.to(states.dtype)
        across = weights.t().contiguous()
        even = weights.float().mean(dim=0)
        learning = any(ctx.needs_input_grad)
        chances = states.new_empty(len(states) if learning else 0, len(weights))
        backwards = torch.empty_like(states)
        total, most = torch.zeros((), device=states.device), ROWS[states.device.type]
        for start in range(0, len(states), most):
            rows, tokens = states[start : start + most], targets[start : start + most, None]
            logits = rows @ across
            aim = logits.gather(1, tokens).float()
            share = torch.softmax(logits, dim=-1)
            mean = rows.float() @ even
            lost = aim - share.gather(1, tokens).float().clamp_min(1e-30).log()  # the logarithm of the sum
            total += (lost - (1 - smoothing) * aim - smoothing * mean[:, None]).sum()
            if learning:
                share.sub_(smoothing / len(weights))
                share.scatter_add_(1, tokens, share.new_full(tokens.shape, smoothing - 1))
                chances[start : start + most] = share
                torch.mm(share, weights, out=backwards[start : start + most])
        if learning:
            ctx.save_for_backward(backwards, (states.t() @ chances).t().float())
        return total

    @staticmethod
    def backward(ctx: Any, *above: Tensor) -> tuple[Tensor, Tensor, None, None]:
        states, embedding = ctx.saved_tensors
        return states * above[0].to(states.dtype), embedding * above[0], None, None


def cross_entropy(states: Tensor, embedding: Tensor, wanted: Tensor, smoothing: float = 0.0) -> Tensor:
    """Sum of the losses of the tokens ``wanted`` (tokens), each told from its state.

    ``states`` (tokens, width) are read by ``embedding`` (vocabulary, width). Label smoothing spreads that
    part of the aim evenly over the vocabulary (Szegedy et al. 2016).
    """
    total: Tensor = _Smoothed.apply(states, embedding, wanted, smoothing)
    return total
