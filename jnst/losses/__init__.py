"""Losses on feature maps and pictures, one a file, as pure functions without state.

A loss on features is a pair: `statistic(features)`, computed once for the target picture and at
each step for the new one, and `distance(statistic, target)`. The weights between them belong to
`jnst.objective`. Every function here has a twin in `jnst.byhand.losses` with its derivative.
"""
