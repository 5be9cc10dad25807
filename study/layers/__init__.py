"""Fast recurrent layers with the weights of Keras' own."""
