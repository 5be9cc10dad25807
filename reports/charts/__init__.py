"""What each chart shows: of the search, of confirmation (costs too), of hyperparameters, curves."""
