"""Tests of the components, in Rasa's Python: `make nlu` runs them."""
