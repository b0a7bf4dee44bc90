"""The estimate: noise models and their prior, forecasts, placebos, smallest visible effects, and the words of a verdict."""
