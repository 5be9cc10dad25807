"""KerasTuner both ways: our search spaces for its tuners, Optuna's searches for its users."""
