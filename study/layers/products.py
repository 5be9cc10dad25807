"""Products with kernels, gate by gate, and the masks of what is multiplied."""

from keras import ops

from study.layers.scan import Tensor, Tensors


def affine(inputs: Tensors, kernels: Tensors, biases: Tensors) -> Tensors:
    """Each gate's product, plus bias."""
    gates = zip(products(inputs, kernels), biases, strict=True)
    return tuple(values + bias for values, bias in gates)


def products(values: Tensors, kernels: Tensors) -> Tensors:
    """Each gate's values, (batch, a), by its kernel, (a, b)."""
    return tuple(ops.matmul(value, kernel) for value, kernel in zip(values, kernels, strict=True))


def masked(values: Tensor, masks: Tensors, gates: int) -> Tensors:
    """Values as each gate sees them, of whose masks there are none or one a gate."""
    return tuple(values * mask for mask in masks) or (values,) * gates


def unmasked(gradients: Tensors, masks: Tensors) -> Tensor:
    """The gradient of what was masked, from those of its masked copies."""
    if masks:
        gradients = tuple(g * m for g, m in zip(gradients, masks, strict=True))
    return sum(gradients[1:], gradients[0])


def product(values: Tensor, kernel: Tensor) -> Tensor:
    """(time, batch, a) by (a, b), as one product of matrices."""
    return ops.reshape(
        ops.matmul(_flat(values), kernel), (*ops.shape(values)[:-1], kernel.shape[-1])
    )


def kernel_gradient(inputs: Tensor, deltas: Tensor) -> Tensor:
    """The sum over times and examples of deltas^T inputs: a kernel's gradient, transposed."""
    return ops.matmul(ops.transpose(_flat(deltas)), _flat(inputs))


def _flat(values: Tensor) -> Tensor:
    """From (time, batch, units) to (time * batch, units).

    A product over two axes would copy its transposed operand, element by element; XLA leaves
    the transposition of a matrix to the product.
    """
    return ops.reshape(values, (-1, values.shape[-1]))
