"""The compared model in PyTorch, which is no dependency: whoever has it sees it measured."""

from typing import Any

import torch

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell


class SentenceClassifier(torch.nn.Module):  # type: ignore[misc]  # seen as untyped where missing
    """Embedding, one recurrent layer with dropout on its inputs, and a linear layer."""

    def __init__(self, candidate: Candidate, task: Task) -> None:
        super().__init__()
        layer = {Cell.LSTM: torch.nn.LSTM, Cell.GRU: torch.nn.GRU}[candidate.cell]
        self.embedding = torch.nn.Embedding(task.vocabulary, candidate.embedding)
        self.dropout = torch.nn.Dropout(candidate.dropout)
        self.recurrent = layer(candidate.embedding, candidate.units, batch_first=True)
        self.classes = torch.nn.Linear(candidate.units, task.outputs)

    def loss(self, tokens: Any, labels: Any) -> Any:
        """Mean cross-entropy of a batch; tokens (batch, steps), labels (batch,)."""
        states, _ = self.recurrent(self.dropout(self.embedding(tokens)))
        logits = self.classes(states[:, -1])
        if logits.shape[1] == 1:
            return torch.nn.functional.binary_cross_entropy_with_logits(
                logits[:, 0], labels.float()
            )
        return torch.nn.functional.cross_entropy(logits, labels)
