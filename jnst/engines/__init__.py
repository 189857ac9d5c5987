"""Computation of an objective's value and gradient, made to fit the machine."""
