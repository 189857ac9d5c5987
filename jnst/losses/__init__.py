"""Losses on feature maps and pictures, one a file, as pure functions without state.

A loss on features is a pair: `statistic(features)`, computed once for the target picture and at
each step for the new one, and `distance(statistic, target)`. Where the target is not the statistic
itself, `target(statistic)` makes it, once. The weights between them belong to
`jnst.losses.objective`. Every loss here has a twin in `jnst.byhand.losses` with its derivative.
"""
