"""What is compared: a share of right answers, in which examples may count differently."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Metric(StrEnum):
    """How much each example counts.

    Balanced accuracy is the mean, over the classes that occur, of the share of a class's examples
    that are answered rightly (Brodersen et al. 2010, 10.1109/ICPR.2010.764): accuracy in which an
    example of a class of n among N examples of K classes counts `N / (K n)`.
    """

    ACCURACY = "accuracy"
    BALANCED_ACCURACY = "balanced-accuracy"

    @property
    def display_name(self) -> str:
        """As sentences have it."""
        return self.value.replace("-", " ")

    def weights(self, labels: "NDArray[np.integer[Any]]") -> "NDArray[np.float64] | None":
        """How much each example counts, (examples,), mean 1; None where all count alike.

        Args:
            labels: Class numbers, (examples,).
        """
        import numpy as np  # late: the settings have this enum, and --help needs no arrays

        if self is Metric.ACCURACY:
            return None
        counts = np.bincount(labels)
        shares = len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1))
        weights: NDArray[np.float64] = shares[labels]
        return weights

    def of_one_class(self, counts: Sequence[int], answered: int) -> float:
        """What always answering one class scores, a fraction.

        Args:
            counts: Examples of each class, of one at least.
            answered: The number of that class.
        """
        if self is Metric.ACCURACY:
            return counts[answered] / sum(counts)
        return bool(counts[answered]) / sum(map(bool, counts))

    def effective_examples(self, counts: Sequence[int]) -> float:
        """So many examples that count alike would have as much to say (Kish 1965).

        It is `(sum w)^2 / sum w^2` of the weights w.

        Args:
            counts: Examples of each class.
        """
        if self is Metric.ACCURACY:
            return sum(counts)
        present = [count for count in counts if count]
        return len(present) ** 2 / sum(1 / count for count in present)


def mean(values: "NDArray[Any]", weights: "NDArray[np.float64] | None") -> float:
    """The mean over examples, (examples,), each counting as much as its weight; all alike for None.

    Args:
        weights: Of mean 1, as `Metric.weights` gives them.
    """
    return float(values.mean() if weights is None else weights @ values / len(values))
